import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, bundlePath } from '../../scripts/bundle.ts';
import { type ApiCall, socketApi } from '../../src/cli/client.ts';
import type { Backup } from '../../src/service/backup/backups.ts';
import type { RestoreReport } from '../../src/service/backup/report.ts';
import type { Task } from '../../src/service/tasks.ts';
import { createLan, type Lan, type Running } from './netns.ts';

/** A machine whose disk dies: its data directory and pool are gone, and another one takes its place. */
let lan: Lan<'server'>;
let root: string;
let dataDir: string;
let running: Running | undefined;
const diskBytes = 24 * 1024 ** 2;
const disk = randomBytes(diskBytes);
disk.fill(0, 5_000_000, 15_000_000);
const grownBytes = 30 * 1024 ** 2;
const sumOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

beforeAll(async () => {
  await bundle();
  root = await mkdtemp(join(tmpdir(), 'cafeboot-lost-'));
  dataDir = join(root, 'data');
  lan = await createLan({ server: '10.98.0.1/24' });
  await writeFile(join(root, 'disk.raw'), disk);
});
afterAll(async () => {
  await lan.destroy();
  await rm(root, { recursive: true });
});

async function cafeboot(...args: string[]) {
  const globals = ['--data-dir', dataDir, '--pool-size-bytes', String(1024 ** 3), '--json'];
  const argv = [process.execPath, bundlePath, ...globals, ...args] as const;
  return lan.nodes.server.exec([...argv], { timeoutMs: 60_000 });
}
async function json<Result>(...args: string[]): Promise<Result> {
  const { stdout, stderr, exitCode } = await cafeboot(...args);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}
async function serve(): Promise<void> {
  const flags = ['--data-dir', dataDir, '--pool-size-bytes', String(1024 ** 3)];
  running = lan.nodes.server.spawn([process.execPath, bundlePath, ...flags, 'serve']);
  await running.waitFor(/cafeboot is ready/, 30_000);
}
async function loseMachine(): Promise<void> {
  await running?.stop();
  await rm(dataDir, { recursive: true });
}
/** Of the server that runs. */
const api: ApiCall = (...call) => socketApi(join(dataDir, 'run', 'cafeboot.sock'))(...call);
async function ended(started: unknown): Promise<Task> {
  const { id } = started as Task;
  const state = async () => ((await api('GET', `/tasks/${id}`)) as Task).state;
  await expect.poll(state, { timeout: 30_000 }).not.toBe('running');
  return (await api('GET', `/tasks/${id}`)) as Task;
}
/** The server's own view: its pool is mounted for it alone. */
const poolDirectory = () => `/proc/${running?.pid}/root${dataDir}/pool`;

let before: unknown[];
const lists = () =>
  Promise.all(['/hosts', '/entries', '/settings'].map((path) => api('GET', path)));

test('backups are made while it serves', async () => {
  await serve();
  const path = join(root, 'disk.raw');
  await ended(await api('POST', '/images/import', { name: 'win', kind: 'os', path }));
  await api('POST', '/images', { name: 'games', kind: 'data', sizeBytes: 50 * 1024 ** 2 });
  await api('POST', '/images/win/grow', { sizeBytes: grownBytes });
  await api('POST', '/images/win/publish', { note: 'larger' });
  await api('POST', '/entries', { name: 'win', os: 'win', data: ['games'] });
  for (const number of [1, 2, 3]) {
    const fields = { mac: `52540000000${number}`, ip: `10.98.0.10${number}`, entry: 'win' };
    await api('POST', '/hosts', { name: `pc-${number}`, ...fields });
  }
  await api('PUT', '/settings/menuTimeoutMs', { value: 1234 });
  await writeFile(join(dataDir, 'boot', 'notes.txt'), '小文件');
  before = await lists();
  const withImages = await json<{ state: string }>('backup', join(root, 'all.tar.zst'), '--images');
  expect(withImages.state).toBe('done');
  await ended(await api('POST', '/backups', { path: join(root, 'small.tar.zst') }));
  await ended(await api('POST', '/backups', {}));
  const [listed] = await json<Backup[]>('backup', '--list');
  expect(listed).toMatchObject({ isAutomatic: false });
  const socket = join(dataDir, 'run', 'cafeboot.sock');
  const url = `http://localhost/api/v1/backups/${listed?.name}`;
  const target = join(root, 'fetched.tar.zst');
  await lan.nodes.server.exec(['curl', '-sf', '--unix-socket', socket, '-o', target, url]);
  const original = await readFile(join(dataDir, 'backups', listed?.name ?? ''));
  expect(sumOf(await readFile(target))).toBe(sumOf(original));
  expect((await stat(join(root, 'all.tar.zst'))).mode & 0o777).toBe(0o600);
});

test('a machine that has data, or serves, is left alone', async () => {
  const busy = await cafeboot('restore', join(root, 'all.tar.zst'));
  expect([busy.exitCode, busy.stderr]).toEqual([1, expect.stringContaining('Another cafeboot')]);
  await running?.stop();
  const refused = await cafeboot('restore', join(root, 'all.tar.zst'));
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('--force')]);
  const bad = await cafeboot('restore', '--force', join(root, 'disk.raw'));
  expect([bad.exitCode, bad.stderr]).toEqual([1, expect.stringContaining('no whole backup')]);
  expect((await readdir(dataDir)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('the machine is lost: everything comes back, disks by their checksum', async () => {
  await loseMachine();
  const report = await json<RestoreReport>('restore', join(root, 'all.tar.zst'));
  expect(report).toMatchObject({ hosts: 3, entries: 1, files: 1, leftOut: [] });
  expect(report.images).toEqual([
    { image: 'games', version: 1, state: 'restored' },
    { image: 'win', version: 2, state: 'restored' },
  ]);
  await serve();
  expect(await lists()).toEqual(before);
  expect(await readFile(join(dataDir, 'boot', 'notes.txt'), 'utf8')).toBe('小文件');
  const grown = Buffer.concat([disk, Buffer.alloc(grownBytes - diskBytes)]);
  const path = join(root, 'back.raw');
  await ended(await api('POST', '/images/win/export', { path, format: 'raw' }));
  expect(sumOf(await readFile(path))).toBe(sumOf(grown));
  const win = await api('GET', '/images/win');
  expect(win).toMatchObject({ published: 2, draft: null, versions: [{ number: 2 }] });
  // Nothing is wrong with what is there, and PCs get their disks.
  expect(await api('POST', '/reconcile', {})).toEqual([]);
  const overlays = async () =>
    (await readdir(poolDirectory())).filter((name) => name.startsWith('ov-')).length;
  await expect.poll(overlays, { timeout: 20_000 }).toBe(6);
  const events = (await api('GET', '/events')) as { kind: string }[];
  expect(events.map(({ kind }) => kind)).toContain('backup.restored');
});

test('a backup without images says precisely which are missing', async () => {
  await loseMachine();
  const report = await json<RestoreReport>('restore', join(root, 'small.tar.zst'));
  expect(report.images).toEqual([
    { image: 'games', version: 1, state: 'missing' },
    { image: 'win', version: 2, state: 'missing' },
  ]);
  expect(await json('host', 'list')).toEqual(before[0]);
});

test('with --force over it, from a backup with images', async () => {
  const report = await json<RestoreReport>('restore', '--force', join(root, 'all.tar.zst'));
  expect(report.images.map(({ state }) => state)).toEqual(['restored', 'restored']);
  expect(await readdir(dataDir)).toContain('cafeboot.db.before-restore');
});
