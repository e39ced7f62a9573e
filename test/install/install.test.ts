import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildProgram, prepareProgram } from '../../scripts/dist/program.ts';
import { osImage } from '../../scripts/lab/os-image.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import { debianServer, type Suite } from '../../scripts/lab/server-vm/debian.ts';
import { hostFiles } from '../../scripts/lab/server-vm/debian-root.ts';
import { type ServerLab, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import type { ApiCall } from '../../src/cli/client.ts';
import type { Task } from '../../src/service/tasks.ts';
import { poolDisk } from '../cafe/cafe.ts';
import { keepWriting } from '../cafe/writer.ts';

/** A Debian with systemd and nothing of ours: one file is copied there, and a PC beside it boots. */
let lab: ServerLab;
let pc: Pc;
/** On a real file system: programs of 150 MB. */
let builds: string;
/** On this machine: two real builds, and one that spoils the database and ends. */
let first: string;
let second: string;
let broken: string;

/** Debian 13 instead of 12: CAFEBOOT_SUITE=trixie. */
const suite = (process.env.CAFEBOOT_SUITE ?? 'bookworm') as Suite;
const dataDir = '/var/lib/cafeboot';
const copied = '/root/cafeboot';
const installed = '/usr/local/bin/cafeboot';
/** Packages are unpacked and compiled under tcg. */
const commandTimeoutMs = 8 * 60_000;
/** For what takes a minute on a machine with nothing else to do: a start, a boot, an import, a shutdown. */
const longestMs = 8 * 60_000;
/** A start under tcg, with a PC beside it. */
const patience = ['--timeout', '300'] as const;

const run = (...argv: [string, ...string[]]) => lab.vm.run(argv, { timeoutMs: commandTimeoutMs });
const api: ApiCall = (...call) => lab.vm.api(`${dataDir}/run/cafeboot.sock`)(...call);
const version = () =>
  api('GET', '/status').then((status) => (status as { version: string }).version, String);
const serialOf = ({ serial }: Pc) =>
  serial
    .lines()
    .slice(-40)
    .map(({ text }) => text)
    .join('\n');
const thatOfThisMachine = (path: string) => `${hostFiles}${path}`;
const becomes = (expected: string) =>
  expect.poll(version, { timeout: longestMs, interval: 1_000 }).toBe(expected);

beforeAll(async () => {
  builds = await mkdtemp('/var/tmp/cafeboot-install-');
  const build = async (name: string) => {
    const program = await prepareProgram(process.cwd(), { version: name, commit: 'test' });
    return buildProgram(program, 'linux-x64', join(builds, name));
  };
  const root = await debianServer(suite);
  const building = Promise.all([build('0.1.0'), build('0.2.0')]);
  // Told below, once the lab is somebody's to close.
  building.catch(() => undefined);
  const disks = [{ name: 'pool', sizeBytes: 6 * 2 ** 30 }];
  lab = await startServerLab({ vm: { root, disks, memoryMib: 2048 } });
  [first, second] = await building;
  broken = join(builds, 'broken');
  await writeFile(
    broken,
    `#!/bin/sh
[ "$1" = --version ] && exec echo '0.3.0 (commit test, Node 26.10.0)'
echo spoilt >${dataDir}/cafeboot.db
echo 'out of order' >&2
exit 1
`,
  );
  await chmod(broken, 0o755);
  pc = await lab.addPc({ name: 'pc-01', firmware: 'bios', mac: '52:54:00:ca:fe:01' });
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(async () => {
    console.log(serialOf(pc));
    console.log(await run('journalctl', '-u', 'cafeboot', '-n', '60', '--no-pager').catch(String));
  });
});
afterAll(async () => {
  await lab?.close();
  await rm(builds, { recursive: true });
});

/** Firmware with nothing else to boot begins again where nobody answered it soon enough. */
async function bootPc(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    pc.powerOn();
    const { text } = await pc.serial.waitFor(/^cafeboot-pc: up |No bootable device/, longestMs);
    if (text.startsWith('cafeboot-pc')) return;
    console.log(`start ${attempt}:\n${serialOf(pc)}`);
    if (attempt === 3) throw new Error('three starts, and nothing to boot');
    await pc.powerOff();
  }
}

test('one file and one command make a server of it', async () => {
  await run('cp', thatOfThisMachine(first), copied);
  const said = await run(copied, 'install', '--yes', ...patience);
  expect(said).toMatch(/install the packages .*targetcli-fb/);
  expect(said).toContain('http://10.77.0.1:8050');
  expect(said).toMatch(/one-time code: \d+/);
  expect(await run('systemctl', 'is-active', 'cafeboot')).toBe('active');
  const modes = await run('stat', '-c', '%a %n', dataDir, '/var/cache/cafeboot', '/etc/cafeboot');
  expect(modes).toBe(`700 ${dataDir}\n700 /var/cache/cafeboot\n755 /etc/cafeboot`);
  expect(await run(installed, 'install', ...patience)).toContain('Nothing to do');
});

test('a PC boots its own disk, by LVM and the kernel', async () => {
  await run(installed, 'storage', 'init', poolDisk, '--group', 'cafe');
  await run('systemctl', 'restart', 'cafeboot');
  await becomes('0.1.0');
  await api('PUT', '/settings/menuTimeoutMs', { value: 500 });
  const image = { name: 'debian12', kind: 'os', path: thatOfThisMachine(await osImage()) };
  const { id } = (await api('POST', '/images/import', image)) as Task;
  const state = async () => ((await api('GET', `/tasks/${id}`)) as Task).state;
  await expect.poll(state, { timeout: longestMs, interval: 500 }).toBe('done');
  await api('POST', '/entries', { name: 'debian', os: 'debian12', data: [] });
  await api('POST', '/hosts', { name: pc.name, mac: pc.mac, entry: 'debian' });
  const kinds = { volumeStore: 'lvm-thin', targetServer: 'lio' };
  expect(await api('GET', '/status')).toMatchObject(kinds);
  await bootPc();
});

test('it is upgraded, and taken back from a build that fails, while the PC writes', async () => {
  const writer = keepWriting(pc);
  await run(installed, 'upgrade', thatOfThisMachine(second), ...patience);
  expect(await version()).toBe('0.2.0');
  const failed = run(installed, 'upgrade', thatOfThisMachine(broken), ...patience);
  await expect(failed).rejects.toMatchObject({
    context: { stderr: expect.stringMatching(/0\.3\.0 did not start[\s\S]*out of order/) },
  });
  await becomes('0.2.0');
  expect(await api('GET', '/hosts')).toMatchObject([{ name: pc.name, entry: 'debian' }]);
  const before = writer.count();
  await sleep(2_000);
  expect(writer.count()).toBeGreaterThan(before);
  const written = await writer.stop();
  expect(await pc.console.read(`/root/file-${written}`)).toBe(`text ${written}`);
});

test('after a reboot of the server the PC boots again, with no human', async () => {
  await pc.powerOff();
  await run('systemctl', '--no-block', 'reboot').catch(() => undefined);
  await expect.poll(() => lab.vm.isOn(), { timeout: longestMs, interval: 500 }).toBe(false);
  await lab.vm.reset();
  await becomes('0.2.0');
  await bootPc();
});

test('removed, it takes disks from PCs that run only when told so, and names the data that stay', async () => {
  const refused = await run('sh', '-c', '"$@" 2>&1; true', 'sh', installed, 'uninstall');
  expect(refused).toMatch(/1 PCs run from this server.*: pc-01\n[\s\S]*--yes/);
  expect(await version()).toBe('0.2.0');
  const said = await run(installed, 'uninstall', '--yes');
  expect(said).toContain(`${dataDir} stays`);
  expect(said).toContain('lvremove cafe/cafeboot');
  const left = [installed, '/usr/local/lib/cafeboot', '/etc/systemd/system/cafeboot.service'];
  await expect(run('sh', '-c', '! ls "$@" 2>/dev/null', 'sh', ...left)).resolves.toBe('');
  const kernel = '/sys/kernel/config/target';
  const targets = ['find', `${kernel}/iscsi`, `${kernel}/core`, '-name', 'iqn.*', '-o', '-name'];
  expect(await run(...(targets as ['find']), 'cb-*')).toBe('');
  await pc.powerOff();
});

test('installed again, by somebody at a terminal, it goes on with them', async () => {
  const command = [copied, 'install', ...patience].join(' ');
  const script = ['script', '--quiet', '--return', '--command', command, '/dev/null'] as const;
  expect(await lab.vm.run(script, { input: 'y\n', timeoutMs: commandTimeoutMs })).toMatch(
    /start the service[\s\S]*\[y\/N\]/,
  );
  expect(await version()).toBe('0.1.0');
  expect(await api('GET', '/hosts')).toMatchObject([{ name: pc.name, entry: 'debian' }]);
});
