import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { TimelineEvent } from '../../scripts/lab/appliance.ts';
import { labNet } from '../../scripts/lab/lab.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import type { Image } from '../../src/service/images.ts';
import type { ReconcileStep } from '../../src/service/reconcile.ts';
import { bootSteps } from '../cafe/boot-steps.ts';
import { entryName, targetOf, targetPrefix, useCafe } from '../cafe/cafe.ts';
import { keepWriting } from '../cafe/writer.ts';

/** A cafe as it is meant to be: thin volumes in a volume group, read through memory, exported by the kernel. */
const volumeGroup = 'pool';
const cafe = useCafe({
  serverVm: { disks: [{ name: 'pool', sizeBytes: 6 * 2 ** 30 }] },
  volumeGroup,
});
const imageName = 'debian12';
const marker = '/root/version';
let running: Pc;
let editor: Pc;
let next: Pc;
let sumOfFirst: string;

const api = <Result>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) =>
  cafe().appliance().api(method, path, body) as Promise<Result>;
const reconcile = (options = {}) => api<ReconcileStep[]>('POST', '/reconcile', options);

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
  editor = await cafe().addPc({ name: 'editor', firmware: 'bios', host: { super: true } });
  next = await cafe().addPc({ name: 'next', firmware: 'uefi' });
});

test('lvm-thin and LIO serve: a PC boots its own snapshot, with CHAP', async () => {
  expect(await api('GET', '/status')).toMatchObject({
    volumeStore: 'lvm-thin',
    targetServer: 'lio',
  });
  expect(await api('GET', '/storage/cache')).toMatchObject({ isOn: true });
  sumOfFirst = await cafe().goldenSum();
  const up = await cafe().boot(running);
  expect(up).toMatchObject({ target: targetOf(running), lun: 0 });
  expect(bootSteps(await cafe().events(running)).slice(-3)).toEqual(['script entry', 'disk', 'os']);
});

test('a version is made in super mode and published while another PC writes', async () => {
  const writer = keepWriting(running);
  expect((await cafe().boot(editor)).target).toBe(`${targetPrefix}:sn.${entryName}`);
  await editor.console.write(marker, 'version 2');
  const publish = () => api<Image>('POST', `/images/${imageName}/publish`, { note: 'second' });
  await expect(publish()).rejects.toMatchObject({ code: 'draft_in_use' });
  await cafe().shutDown(editor);
  // The kernel takes a while to notice that a PC is off.
  await expect
    .poll(() => publish().then(({ published, draft }) => ({ published, draft }), String), {
      timeout: 150_000,
      interval: 2_000,
    })
    .toEqual({ published: 2, draft: null });

  expect(await cafe().boot(next)).toMatchObject({ target: targetOf(next), firmware: 'uefi' });
  expect(await next.console.read(marker)).toBe('version 2');
  const before = writer.count();
  await sleep(2_000);
  expect(writer.count()).toBeGreaterThan(before);
  const written = await writer.stop();
  await expect(running.console.read(marker)).rejects.toThrow('No such file');
  expect(await running.console.read(`/root/file-${written}`)).toBe(`text ${written}`);
});

test('whoever may not have a disk is refused, counted and told, and its PC goes on', async () => {
  const own = targetOf(running);
  const others = targetOf(next);
  const nobody = `${own}.nobody`;
  const secret = await running.console.read('/sys/firmware/ibft/target0/chap-secret');
  const { netns } = cafe().lab.router;
  const tryLogin = (initiator: string, target: string, login: string) => {
    const url = `iscsi://${login}@${labNet.applianceAddress}/${target}/0`;
    return expect(netns.run(['iscsi-inq', '-i', initiator, url])).rejects.toThrow();
  };
  const ownLogin = `${own}%${secret.trim()}`;
  await tryLogin(`${targetPrefix}:stranger`, own, ownLogin);
  await tryLogin(own, own, `${own}%a1B2c3D4e5F6g7H8`);
  await tryLogin(own, others, ownLogin);
  await tryLogin(own, nobody, ownLogin);
  const told = async () => {
    const events = await api<TimelineEvent[]>('GET', '/events?limit=100');
    return events
      .filter(({ kind }) => kind === 'target.refused' || kind === 'target.unknown')
      .map(({ data }) => `${data.reason} ${data.target}`)
      .sort();
  };
  await expect
    .poll(told, { timeout: 60_000 })
    .toEqual([
      `unknown-target ${nobody}`,
      `wrong-initiator ${own}`,
      `wrong-initiator ${others}`,
      `wrong-secret ${own}`,
    ]);
  expect(await api('GET', '/status')).toMatchObject({
    counters: {
      'iscsi.refused.unknown-target': 1,
      'iscsi.refused.wrong-initiator': 2,
      'iscsi.refused.wrong-secret': 1,
    },
  });
  await running.console.write('/root/untouched', 'by all that');
});

test('after its reboot the PC has the new version, and nothing of what it wrote', async () => {
  await next.powerOff();
  await cafe().reboot(running);
  expect(await running.console.read(marker)).toBe('version 2');
  await expect(running.console.read('/root/file-1')).rejects.toThrow('No such file');
});

test('targets cleared by hand come back; the PC goes on as if a cable had been pulled', async () => {
  await cafe().vm().run(['targetcli', 'clearconfig', 'confirm=True'], { timeoutMs: 120_000 });
  // It would be put right within a minute anyway.
  await reconcile();
  expect(await targets()).toContain(targetOf(running));
  await running.console.write('/root/after', 'still here');
  expect(await running.console.read('/root/after')).toBe('still here');
  await running.powerOff();
});

test('a volume that somebody removed is told by its PC, who gets another one', async () => {
  const { vm } = cafe();
  const lun = `/sys/kernel/config/target/iscsi/${targetOf(next)}/tpgt_1/lun/lun_0`;
  const links = await vm().run(['find', lun, '-type', 'l', '-printf', '%l\n']);
  const [, volume = ''] = /\/cb-(ov-\d+)$/m.exec(links) ?? [];
  await vm().run(['targetcli', '/iscsi', 'delete', targetOf(next)], { timeoutMs: 120_000 });
  await vm().run(['targetcli', '/backstores/block', 'delete', `cb-${volume}`], {
    timeoutMs: 120_000,
  });
  await vm().run(['lvremove', '-y', `${volumeGroup}/cb-${volume}`]);
  const forgotten = { action: 'forget-overlay', subject: volume, detail: 'next debian12' };
  expect(await reconcile()).toContainEqual(
    expect.objectContaining({ ...forgotten, mac: next.mac }),
  );
  const told = (await cafe().events(next)).filter(({ kind }) => kind === 'storage.overlay-lost');
  expect(told).toHaveLength(1);
  expect(await reconcile({ dryRun: true })).toEqual([]);
});

test('rolled back, and its plug pulled: the server brings every disk back by itself, cache and all', async () => {
  const before = await targets();
  expect(before).toContain(targetOf(running));
  await api('POST', `/images/${imageName}/rollback`, { version: 1 });
  await cafe().vm().reset();
  await cafe().restart();
  expect(await targets()).toEqual(before);
  expect(await api('GET', '/storage/cache')).toMatchObject({ isOn: true });
  const leftToDo = () => reconcile({ dryRun: true });
  await expect.poll(leftToDo, { timeout: 60_000, interval: 1_000 }).toEqual([]);
  expect((await cafe().boot(running)).target).toBe(targetOf(running));
  await expect(running.console.read(marker)).rejects.toThrow('No such file');
  expect(await cafe().goldenSum()).toBe(sumOfFirst);
  await running.powerOff();
});
