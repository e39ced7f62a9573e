import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import { bootSteps } from '../cafe/boot-steps.ts';
import { targetOf, useCafe } from '../cafe/cafe.ts';
import { whatIsLeftOf } from '../cafe/leftovers.ts';
import { keepWriting } from '../cafe/writer.ts';

const cafe = useCafe();
let running: Pc;
let next: Pc;

beforeAll(async () => {
  running = await cafe().addPc({
    name: 'running',
    firmware: 'bios',
    host: { overlay: 'keep' },
  });
  next = await cafe().addPc({ name: 'next', firmware: 'bios' });
});

/** What a kernel's log has when an iSCSI disk fails or is connected anew. */
const diskTrouble =
  /I\/O error,|rejecting I\/O|detected conn error|Aborting journal|device reset occurred/;

const troubleOf = async (pc: Pc) =>
  (await pc.console.log()).split('\n').filter((line) => diskTrouble.test(line));

let bootId: string;
let written: number;

test('a PC goes on writing while the server is killed, is gone, and starts again', async () => {
  bootId = (await cafe().boot(running)).bootId;
  // The initramfs logged in as the iBFT says, then iscsid took over by a login of its own, for which it
  // finds the CHAP secret in the kernel's session.
  const logins = async () =>
    (await troubleOf(running)).filter((line) => line.includes('device reset occurred'));
  await expect.poll(logins, { timeout: 60_000, interval: 1000 }).toHaveLength(2);
  const before = await troubleOf(running);
  const writer = keepWriting(running);
  await sleep(2000);
  await cafe().crash();
  const atCrash = writer.count();
  await sleep(3000);
  expect(writer.count()).toBeGreaterThan(atCrash + 1);
  await cafe().restart();
  const atRestart = writer.count();
  await sleep(2000);
  expect(writer.count()).toBeGreaterThan(atRestart + 1);
  written = await writer.stop();
  expect(await running.console.read('/root/file-1')).toBe('text 1');
  expect(await troubleOf(running)).toEqual(before);
});

test('after the restart another PC boots, and the first one gets what it kept', async () => {
  const [up, again] = await Promise.all([cafe().boot(next), cafe().reboot(running)]);
  expect(up.target).toBe(targetOf(next));
  expect(bootSteps(await cafe().events(next)).slice(-3)).toEqual(['script entry', 'disk', 'os']);
  expect(again.bootId).not.toBe(bootId);
  expect(await running.console.read(`/root/file-${written}`)).toBe(`text ${written}`);
  await Promise.all([cafe().shutDown(next), cafe().shutDown(running)]);
});

test('the server that took over ends as cleanly as any', async () => {
  const appliance = cafe().appliance();
  await appliance.stop();
  expect(await appliance.exited).toBe(0);
  expect(await whatIsLeftOf(cafe().lab, appliance.dataDir)).toEqual([]);
});
