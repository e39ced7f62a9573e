import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import { bootSteps } from './boot-steps.ts';
import { entryName, targetOf, targetPrefix, useCafe } from './cafe.ts';
import { keepWriting } from './writer.ts';

/** A cafe as it is meant to be: thin volumes in a volume group, exported by the kernel. */
const cafe = useCafe({
  serverVm: { disks: [{ name: 'pool', sizeBytes: 6 * 2 ** 30 }] },
  volumeGroup: 'pool',
});
const marker = '/root/version';
let running: Pc;
let editor: Pc;
let next: Pc;
let sumOfFirst: string;

const imageName = 'debian12';
const api = <Result>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) =>
  cafe().appliance().api(method, path, body) as Promise<Result>;

beforeAll(async () => {
  running = await cafe().addPc({ name: 'running', firmware: 'bios' });
  editor = await cafe().addPc({ name: 'editor', firmware: 'bios', host: { super: true } });
  next = await cafe().addPc({ name: 'next', firmware: 'uefi' });
});

test('lvm-thin and LIO serve: a PC boots its own snapshot, with CHAP, and goes on writing', async () => {
  expect(await api('GET', '/status')).toMatchObject({
    volumeStore: 'lvm-thin',
    targetServer: 'lio',
  });
  sumOfFirst = await cafe().goldenSum();
  const up = await cafe().boot(running);
  expect(up).toMatchObject({ target: targetOf(running), lun: 0 });
  expect(bootSteps(await cafe().events(running)).slice(-3)).toEqual(['script entry', 'disk', 'os']);
});

test('a version is made in super mode and published while another PC writes', async () => {
  const writer = keepWriting(running);
  expect((await cafe().boot(editor)).target).toBe(`${targetPrefix}:sn.${entryName}`);
  await editor.console.write(marker, 'version 2');
  await expect(api('POST', `/images/${imageName}/publish`, {})).rejects.toMatchObject({
    code: 'draft_in_use',
  });
  await cafe().shutDown(editor);
  const published = await publishOnceFree();
  expect(published).toMatchObject({ published: 2, draft: null });

  const up = await cafe().boot(next);
  expect(up).toMatchObject({ target: targetOf(next), firmware: 'uefi' });
  expect(await next.console.read(marker)).toBe('version 2');

  const before = writer.count();
  await sleep(2_000);
  expect(writer.count()).toBeGreaterThan(before);
  const written = await writer.stop();
  await expect(running.console.read(marker)).rejects.toThrow('No such file');
  expect(await running.console.read(`/root/file-${written}`)).toBe(`text ${written}`);
  expect(await cafe().goldenSum()).toBe(sumOfFirst);
});

/** The kernel takes a while to notice that a PC is off. */
async function publishOnceFree(): Promise<unknown> {
  let published: unknown;
  await expect
    .poll(
      async () => {
        published = await api('POST', `/images/${imageName}/publish`, { note: 'second' }).catch(
          () => undefined,
        );
        return published;
      },
      { timeout: 150_000, interval: 2_000 },
    )
    .toBeDefined();
  return published;
}

test('after its reboot the PC has the new version; rolled back, the next boot has the first', async () => {
  await cafe().reboot(running);
  expect(await running.console.read(marker)).toBe('version 2');
  await expect(running.console.read('/root/file-1')).rejects.toThrow('No such file');

  await api('POST', `/images/${imageName}/rollback`, { version: 1 });
  await cafe().reboot(next);
  await expect(next.console.read(marker)).rejects.toThrow('No such file');
  expect(await running.console.read(marker)).toBe('version 2');
  expect(await cafe().goldenSum()).toBe(sumOfFirst);
});

test('a target that is cleared by hand comes back; the PC goes on as if a cable had been pulled', async () => {
  const { vm } = cafe();
  await vm().run(['targetcli', 'clearconfig', 'confirm=True'], { timeoutMs: 120_000 });
  const steps = await api<{ action: string; outcome: string; subject: string }[]>(
    'POST',
    '/reconcile',
    {},
  );
  expect(steps).toContainEqual(
    expect.objectContaining({ action: 'make-target', subject: targetOf(running), outcome: 'done' }),
  );
  await running.console.write('/root/after', 'still here');
  expect(await running.console.read('/root/after')).toBe('still here');
  await cafe().shutDown(running);
  await cafe().shutDown(next);
});

test('a server whose plug was pulled brings every disk back by itself', async () => {
  const { vm } = cafe();
  const targets = async () => {
    const text = await vm().run(['ls', '/sys/kernel/config/target/iscsi']);
    return text
      .split('\n')
      .filter((name) => name.startsWith('iqn.'))
      .sort();
  };
  const before = await targets();
  expect(before).toContain(targetOf(running));
  await vm().reset();
  await cafe().restart();
  expect(await targets()).toEqual(before);
  expect(await api('POST', '/reconcile', { dryRun: true })).toEqual([]);
  expect((await cafe().boot(running)).target).toBe(targetOf(running));
  await running.powerOff();
});
