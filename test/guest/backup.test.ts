import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseName } from '../../src/service/backup/manifest.ts';
import { unpackBackup } from '../../src/service/backup/unpack.ts';
import { run } from '../../src/storage/exec.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import { openStore } from '../../src/store/store.ts';
import { createFakeTargets } from '../fakes/storage.ts';
import { servicesOn } from './services.ts';
import { makeVolumeGroup } from './volume-group.ts';

const mebibyte = 1024 ** 2;
const sumOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** All use cases over a new volume group, as on a machine that has just been bought. */
async function startMachine(dataDir: string, database = ':memory:') {
  const cleanUp = await makeVolumeGroup('cbback');
  const pool = { volumeGroup: 'cbback', pool: 'pool', sizeBytes: 256 * mebibyte };
  const volumes = await startLvmThin({ ...pool, run });
  const targets = createFakeTargets().server;
  const directories = { dataDir, backups: join(dataDir, 'backups'), small: [] };
  const store = openStore(database);
  const services = servicesOn({ store, volumes, targets, directories });
  return {
    services,
    sumOfPublished: async () => {
      const [version] = store.images.allVersions();
      return sumOf(await readFile(volumes.devicePath(version?.volume ?? '')));
    },
    async close() {
      await services.close();
      store.close();
      await cleanUp();
    },
  };
}

test('images go from thin volumes into a backup, and into those of another machine', async () => {
  // Not on the root, an overlay of the machine around this one.
  const dataDir = await mkdtemp('/run/cafeboot-backup-');
  await mkdir(join(dataDir, 'backups'));
  const disk = randomBytes(12 * mebibyte);
  disk.fill(0, 3 * mebibyte, 7 * mebibyte);
  const path = join(dataDir, 'disk.raw');
  const file = join(dataDir, 'all.tar.zst');
  await writeFile(path, disk);

  const lost = await startMachine(dataDir);
  const { transfers, tasks, backups } = lost.services;
  const ended = async ({ id }: { id: number }) => {
    await tasks.ended(id);
    expect(tasks.get(id)).toMatchObject({ state: 'done' });
  };
  await ended(await transfers.import({ name: 'win', kind: 'os' }, path));
  expect(await lost.sumOfPublished()).toBe(sumOf(disk));
  await ended(await backups.start({ path: file, images: true }));
  await lost.close();

  const staging = join(dataDir, 'staging');
  const { manifest } = await unpackBackup(file, staging);
  const other = await startMachine(dataDir, join(staging, databaseName));
  const onProgress = () => {};
  expect(await other.services.restoration.fillPool(file, manifest, { onProgress })).toEqual([
    { image: 'win', version: 1, state: 'restored' },
  ]);
  expect(await other.sumOfPublished()).toBe(sumOf(disk));
  await other.close();
  await rm(dataDir, { recursive: true });
});
