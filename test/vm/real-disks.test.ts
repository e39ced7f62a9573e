import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import { bootSteps } from './boot-steps.ts';
import { targetOf, useCafe } from './cafe.ts';

/** A cafe as it is meant to be: thin volumes in a volume group, read through memory, exported by the kernel. */
const cafe = useCafe({
  serverVm: { disks: [{ name: 'pool', sizeBytes: 6 * 2 ** 30 }] },
  volumeGroup: 'pool',
});
let running: Pc;

const api = (method: 'GET' | 'POST', path: string, body?: object) =>
  cafe().appliance().api(method, path, body);

/** Of the kernel, sorted. */
async function targets(): Promise<string[]> {
  const text = await cafe().vm().run(['ls', '/sys/kernel/config/target/iscsi']);
  return text
    .split('\n')
    .filter((name) => name.startsWith('iqn.'))
    .sort();
}

beforeAll(async () => {
  running = await cafe().addPc({ name: 'running', firmware: 'bios' });
});

test('lvm-thin and LIO serve: a PC boots its own snapshot, with CHAP', async () => {
  expect(await api('GET', '/status')).toMatchObject({
    volumeStore: 'lvm-thin',
    targetServer: 'lio',
  });
  expect(await api('GET', '/storage/cache')).toMatchObject({ isOn: true });
  const up = await cafe().boot(running);
  expect(up).toMatchObject({ target: targetOf(running), lun: 0 });
  expect(bootSteps(await cafe().events(running)).slice(-3)).toEqual(['script entry', 'disk', 'os']);
});

test('a target that is cleared by hand comes back; the PC goes on as if a cable had been pulled', async () => {
  await cafe().vm().run(['targetcli', 'clearconfig', 'confirm=True'], { timeoutMs: 120_000 });
  // It would be put right within a minute anyway.
  await api('POST', '/reconcile', {});
  expect(await targets()).toContain(targetOf(running));
  await running.console.write('/root/after', 'still here');
  expect(await running.console.read('/root/after')).toBe('still here');
  await running.powerOff();
});

test('a server whose plug was pulled brings every disk back by itself, cache and all', async () => {
  const before = await targets();
  expect(before).toContain(targetOf(running));
  const sum = await cafe().goldenSum();
  await cafe().vm().reset();
  await cafe().restart();
  expect(await targets()).toEqual(before);
  expect(await api('GET', '/storage/cache')).toMatchObject({ isOn: true });
  expect(await cafe().goldenSum()).toBe(sum);
  const leftToDo = () => api('POST', '/reconcile', { dryRun: true });
  await expect.poll(leftToDo, { timeout: 60_000, interval: 1_000 }).toEqual([]);
  expect((await cafe().boot(running)).target).toBe(targetOf(running));
  await running.powerOff();
});
