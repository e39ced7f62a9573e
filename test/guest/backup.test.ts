import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOffline } from '../../src/appliance.ts';
import type { ApplianceDeps } from '../../src/appliance-deps.ts';
import { loadConfig } from '../../src/config.ts';
import { createTranslator } from '../../src/i18n/translate.ts';
import { restoreBackup } from '../../src/restore.ts';
import { createSettings } from '../../src/service/settings.ts';
import { openShipped } from '../../src/shipped.ts';
import { run } from '../../src/storage/exec.ts';
import { openStore } from '../../src/store/store.ts';
import { makeVolumeGroup } from './volume-group.ts';

/** A server whose disks are thin volumes, lost with all of them, and another volume group in its place. */
const mebibyte = 1024 ** 2;
const disk = randomBytes(12 * mebibyte);
disk.fill(0, 2 * mebibyte, 9 * mebibyte);
const grownBytes = 16 * mebibyte;
let root: string;
let cleanUp: () => Promise<void>;

beforeAll(async () => {
  root = await mkdtemp('/run/cafeboot-backup-');
  await writeFile(join(root, 'disk.raw'), disk);
  cleanUp = await makeVolumeGroup('cbtest');
});
afterAll(async () => {
  await cleanUp();
  await rm(root, { recursive: true });
});

async function depsOf(name: string): Promise<ApplianceDeps> {
  const flags = { dataDir: join(root, name), poolSizeBytes: String(512 * mebibyte) };
  const config = await loadConfig({ flags, environment: {} });
  const log = pino({ level: 'silent' });
  const nothing = () => '';
  return {
    ...{ config, log, version: '1.0.0', translator: createTranslator('en') },
    shipped: openShipped({ cacheDir: '', environment: {} }),
    ...{ renderScript: nothing, renderTemplate: nothing },
  };
}
const sumOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

test('a backup with images brings thin volumes back, grown ones and blank space included', async () => {
  const before = await depsOf('before');
  await mkdir(before.config.dataDir);
  const store = openStore(join(before.config.dataDir, 'cafeboot.db'));
  createSettings(store).set('volumeGroup', 'cbtest');
  store.close();
  const file = join(root, 'all.tar.zst');

  const first = await startOffline(before);
  const done = async ({ id }: { id: number }, services = first.services) => {
    await services.tasks.ended(id);
    expect(services.tasks.get(id)).toMatchObject({ state: 'done' });
  };
  const { transfers, imageChanges, backups } = first.services;
  await done(await transfers.import({ name: 'win', kind: 'os' }, join(root, 'disk.raw')));
  await imageChanges.grow('win', grownBytes);
  await imageChanges.publishDraft('win');
  await done(await backups.start({ path: file, images: true }));
  await first.close();
  await run('lvremove', ['-y', 'cbtest']);

  const after = await depsOf('after');
  const report = await restoreBackup(after, { file, force: false }, { onProgress: () => {} });
  expect(report.images).toEqual([{ image: 'win', version: 2, state: 'restored' }]);
  const second = await startOffline(after);
  expect((await second.services.status()).volumeStore).toBe('lvm-thin');
  const path = join(root, 'back.raw');
  await done(
    await second.services.transfers.export('win', { path, format: 'raw' }),
    second.services,
  );
  await second.close();
  const grown = Buffer.concat([disk, Buffer.alloc(grownBytes - disk.length)]);
  expect(sumOf(await readFile(path))).toBe(sumOf(grown));
});
