import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BackupFields } from '../../../../src/service/backup/backups.ts';
import { unpackBackup } from '../../../../src/service/backup/unpack.ts';
import { createFakeServices, type FakeServices } from '../../../fakes/services.ts';

let dataDir: string;
let fake: FakeServices;
const backups = () => join(dataDir, 'backups');

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-backup-'));
  const boot = join(dataDir, 'boot');
  await mkdir(backups());
  await mkdir(join(boot, 'tools/我的'), { recursive: true });
  fake = await createFakeServices(join(dataDir, 'cafeboot.db'), '/nowhere', {
    dataDir,
    ...{ backups: backups(), small: [boot] },
  });
  await writeFile(join(boot, 'tools/我的/tool.toml'), 'title = "x"');
  await writeFile(join(boot, 'boot.wim'), Buffer.alloc(5 * 1024 ** 2));
  await fake.services.images.createBlank({ name: 'win', kind: 'os' }, 3 * 1024 ** 2);
  fake.services.addEntry({ name: 'win', os: 'win' });
  fake.services.addHost({ name: '前台', mac: '52:54:00:00:00:01', entry: 'win' });
});
afterEach(async () => {
  await fake.services.close();
  await rm(dataDir, { recursive: true });
});

async function make(fields: BackupFields = {}): Promise<string> {
  const { backups: service, tasks } = fake.services;
  const task = await service.start(fields);
  await tasks.ended(task.id);
  expect(tasks.get(task.id)).toMatchObject({ state: 'done', error: null });
  return task.subject;
}

/** A golden disk with something in the middle of it. */
async function fillDisk(): Promise<string> {
  const path = fake.volumes.store.devicePath('img-1-v1');
  await using file = await open(path, 'r+');
  await file.write(randomBytes(200_000), 0, 200_000, 1_000_003);
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

test('any tar reads it, and only its owner', async () => {
  const sum = await fillDisk();
  const file = await make({ path: join(dataDir, 'my.tar.zst'), images: true });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const list = await execa('tar', ['--zstd', '-tf', file], { env: { LC_ALL: 'C.UTF-8' } });
  expect(list.stdout.split('\n').length).toBe(5);
  const { stdout } = await execa('tar', ['--zstd', '-xOf', file, 'images/img-1-v1.raw'], {
    encoding: 'buffer',
  });
  expect(createHash('sha256').update(stdout).digest('hex')).toBe(sum);
  expect(await readdir(backups())).toEqual([]);
});

test('it unpacks to what it was: a database that opens, files, and what was left out', async () => {
  const file = await make();
  const staging = join(dataDir, 'staging');
  await mkdir(staging);
  const { manifest, files } = await unpackBackup(file, staging);
  expect(files).toEqual(['boot/tools/我的/tool.toml']);
  expect(manifest).toMatchObject({
    ...{ version: 'test', images: [] },
    leftOut: [{ name: 'boot/boot.wim', sizeBytes: 5 * 1024 ** 2 }],
  });
  const there = await createFakeServices(join(staging, 'cafeboot.db'));
  expect(there.services.hosts.list()).toEqual(fake.services.hosts.list());
  expect(there.services.entries.list()).toEqual(fake.services.entries.list());
  await there.services.close();
});

test('one damaged byte, or a missing end, and nothing is taken from it', async () => {
  const file = await make({ images: true });
  const whole = await readFile(file);
  const spoil = async (content: Buffer) => {
    await writeFile(join(dataDir, 'bad.tar.zst'), content);
    const staging = await mkdtemp(join(dataDir, 'staging-'));
    return unpackBackup(join(dataDir, 'bad.tar.zst'), staging);
  };
  const bad = { code: 'backup_bad' };
  for (const share of [0.1, 0.5, 0.9]) {
    const flipped = Buffer.from(whole);
    const index = Math.floor(whole.length * share);
    flipped[index] = (flipped[index] ?? 0) ^ 0x10;
    await expect(spoil(flipped)).rejects.toMatchObject(bad);
  }
  await expect(spoil(whole.subarray(0, whole.length - 200))).rejects.toMatchObject(bad);
  await expect(spoil(Buffer.from('hello'))).rejects.toMatchObject(bad);
  await expect(spoil(Buffer.alloc(0))).rejects.toMatchObject(bad);
});

test('that one was fetched is told once all of it went', async () => {
  const { backups: kept, timeline } = fake.services;
  await make();
  const [{ name } = { name: '' }] = await kept.list();
  const fetched = () =>
    timeline.list({ kindPrefix: 'backup.fetched' }).map(({ data }) => data.file);
  const broken = await kept.open(name);
  broken.content.destroy();
  await once(broken.content, 'close');
  expect(fetched()).toEqual([]);
  const { content, sizeBytes } = await kept.open(name);
  expect((await buffer(content)).length).toBe(sizeBytes);
  expect(fetched()).toEqual([name]);
});

test('daily, at its hour, and only so many stay', async () => {
  const { services, clock } = fake;
  services.setSetting('backupsKept', 2);
  // The files' own times are the machine's, so the clock runs on from there.
  clock.now = Date.now() + 86_400_000;
  await services.backups.makeDaily();
  expect(await readdir(backups())).toHaveLength(1);
  for (const day of [2, 3, 4]) {
    clock.now = Date.now() + day * 86_400_000;
    await services.backups.makeDaily();
  }
  const names = (await readdir(backups())).sort();
  expect(names).toHaveLength(2);
  expect(names.every((name) => name.startsWith('daily-'))).toBe(true);
  services.setSetting('backupsKept', 0);
  clock.now += 86_400_000;
  await services.backups.makeDaily();
  expect((await readdir(backups())).sort()).toEqual(names);
  const kinds = services.timeline.list({}).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'backup.made')).toHaveLength(4);
});

test('one that fails is told and leaves nothing; a file that is there is not replaced', async () => {
  const { services } = fake;
  const path = join(dataDir, 'there.tar.zst');
  await writeFile(path, 'mine');
  await expect(services.backups.start({ path })).rejects.toMatchObject({ code: 'already_exists' });
  await rm(fake.volumes.store.devicePath('img-1-v1'));
  const task = await services.backups.start({ images: true });
  await services.tasks.ended(task.id);
  expect(services.tasks.get(task.id).state).toBe('failed');
  expect(await readdir(backups())).toEqual([]);
  const failed = services.timeline.list({}).find(({ kind }) => kind === 'backup.failed');
  expect(failed?.level).toBe('error');
  // The version is not held any more.
  services.entries.remove('win');
  await services.images.remove('win');
});

test('cancelled, it leaves nothing', async () => {
  const { backups: service, tasks } = fake.services;
  const task = await service.start({ images: true });
  expect((await tasks.cancel(task.id)).state).toBe('cancelled');
  expect(await readdir(backups())).toEqual([]);
});

test('those in the directory are removed by name, and nothing else is', async () => {
  const { backups: service } = fake.services;
  const name = basename(await make());
  await expect(service.remove('../cafeboot.db')).rejects.toMatchObject({ code: 'not_found' });
  await service.remove(name);
  expect(await readdir(backups())).toEqual([]);
  await expect(service.remove(name)).rejects.toMatchObject({ code: 'not_found' });
});
