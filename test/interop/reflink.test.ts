import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';
import { startReflinkStore } from '../../src/storage/reflink.ts';
import type { VolumeStore } from '../../src/storage/volumes.ts';
import { describeVolumeStore } from '../contract/volume-store.ts';

const poolSizeBytes = 2 * 1024 ** 3;
const makeDataDir = () => mkdtemp(join(tmpdir(), 'cafeboot-reflink-'));

describeVolumeStore('reflink', async () => {
  const dataDir = await makeDataDir();
  return {
    start: () => startReflinkStore({ dataDir, run, poolSizeBytes }),
    cleanUp: () => rm(dataDir, { recursive: true }),
  };
});

test('a pool that is mounted already, after a crash, is taken over', async () => {
  const dataDir = await makeDataDir();
  const crashed = await startReflinkStore({ dataDir, run, poolSizeBytes });
  await crashed.create('survivor', 1024 ** 2);
  const next = await startReflinkStore({ dataDir, run, poolSizeBytes });
  expect(await next.list()).toHaveLength(1);
  // Whoever took it over leaves nothing mounted.
  await next.close();
  await rm(dataDir, { recursive: true });
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  expect(mounts).not.toContain(dataDir);
});

test('a pool.img that was moved to a filesystem with reflinks is used, but not over disks that are there', async () => {
  const [image, outer] = [await makeDataDir(), await makeDataDir()];
  const imaged = await startReflinkStore({ dataDir: image, run, poolSizeBytes: 320 * 1024 ** 2 });
  await imaged.create('moved', 1024 ** 2);
  await imaged.close();
  const sharing = await startReflinkStore({ dataDir: outer, run, poolSizeBytes });
  const names = async (
    dataDir: string,
    work: (store: VolumeStore) => Promise<void> = async () => {},
  ) => {
    const store = await startReflinkStore({ dataDir, run });
    try {
      await work(store);
      return (await store.list()).map(({ name }) => name);
    } finally {
      await store.close();
    }
  };
  try {
    const inside = await mkdtemp(join(outer, 'pool/cafeboot-'));
    expect(await names(inside)).toEqual([]);
    await run('cp', ['--sparse=always', join(image, 'pool.img'), inside]);
    expect(await names(inside)).toEqual(['moved']);
    await rm(join(inside, 'pool.img'));
    expect(await names(inside, (store) => store.create('own', 4096))).toEqual(['own']);
    await run('cp', ['--sparse=always', join(image, 'pool.img'), inside]);
    expect(await names(inside)).toEqual(['own']);
  } finally {
    await sharing.close();
    await rm(outer, { recursive: true });
    await rm(image, { recursive: true });
  }
});

test('snapshots share what is not changed: a full disk costs nothing and no time', async () => {
  const dataDir = await makeDataDir();
  const store = await startReflinkStore({ dataDir, run, poolSizeBytes });
  try {
    await store.create('golden', 512 * 1024 ** 2);
    await run('dd', [
      'if=/dev/urandom',
      `of=${store.devicePath('golden')}`,
      'bs=1M',
      'count=256',
      'conv=notrunc,fsync',
    ]);
    const before = await store.capacity();
    const startedAt = performance.now();
    for (let index = 0; index < 20; index++) await store.snapshot('golden', `copy-${index}`);
    expect((performance.now() - startedAt) / 20).toBeLessThan(500);
    const grown = (await store.capacity()).usedBytes - before.usedBytes;
    expect(grown).toBeLessThan(64 * 1024 ** 2);
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true });
  }
});

test('what a crash left half-made is gone at the next start', async () => {
  const dataDir = await makeDataDir();
  const store = await startReflinkStore({ dataDir, run, poolSizeBytes });
  const stray = `${store.devicePath('cut')}.part`;
  await run('truncate', ['-s', '1M', stray]);
  await store.close();
  const next = await startReflinkStore({ dataDir, run, poolSizeBytes });
  await expect(stat(stray)).rejects.toMatchObject({ code: 'ENOENT' });
  await next.close();
  await rm(dataDir, { recursive: true });
});
