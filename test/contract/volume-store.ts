import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VolumeStore } from '../../src/storage/volumes.ts';

/** One kind of store over a pool of its own; `start` may be called again after `close`. */
export interface VolumeStoreCase {
  start(): Promise<VolumeStore>;
  cleanUp(): Promise<void>;
}

const mebibyte = 1024 ** 2;

async function write(path: string, position: number, text: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(text, position);
  await file.sync();
}

async function read(path: string, position: number, length: number): Promise<string> {
  await using file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.toString();
}

async function sizeOf(path: string): Promise<number> {
  await using file = await open(path, 'r');
  // A block device's stat has no size; a read just below and at the end tells it for files and devices.
  let low = 0;
  let high = 2 ** 40;
  while (low < high) {
    const middle = Math.floor((low + high + 1) / 2);
    const { bytesRead } = await file.read(Buffer.alloc(1), 0, 1, middle - 1);
    if (bytesRead === 1) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What every VolumeStore must do, whatever holds its volumes. */
export function describeVolumeStore(name: string, makeCase: () => Promise<VolumeStoreCase>): void {
  describe(`${name} as a VolumeStore`, () => {
    let pool: VolumeStoreCase;
    let store: VolumeStore;
    let serial = 0;
    const fresh = () => `t-${serial++}`;

    beforeAll(async () => {
      pool = await makeCase();
      store = await pool.start();
    });
    afterAll(async () => {
      await store?.close();
      await pool?.cleanUp();
    });

    test('a new volume has its size, rounded up to sectors, and reads as zeros', async () => {
      const volume = fresh();
      await store.create(volume, 8 * mebibyte - 100);
      const path = store.devicePath(volume);
      expect(await sizeOf(path)).toBeGreaterThanOrEqual(8 * mebibyte - 100);
      expect((await sizeOf(path)) % 512).toBe(0);
      expect(await read(path, mebibyte, 4)).toBe('\0\0\0\0');
    });

    test('a name that is taken is refused and its volume left alone', async () => {
      const volume = fresh();
      await store.create(volume, mebibyte * 8);
      await write(store.devicePath(volume), 0, 'mine');
      await expect(store.create(volume, mebibyte)).rejects.toMatchObject({
        code: 'already_exists',
      });
      const other = fresh();
      await store.create(other, mebibyte * 8);
      await expect(store.snapshot(other, volume)).rejects.toMatchObject({ code: 'already_exists' });
      expect(await read(store.devicePath(volume), 0, 4)).toBe('mine');
    });

    test('a snapshot has what its origin had; afterwards neither sees the other', async () => {
      const origin = fresh();
      const copy = fresh();
      await store.create(origin, mebibyte * 16);
      await write(store.devicePath(origin), mebibyte, 'before');
      await store.snapshot(origin, copy);
      expect(await read(store.devicePath(copy), mebibyte, 6)).toBe('before');
      await write(store.devicePath(copy), mebibyte, 'copied');
      await write(store.devicePath(origin), 2 * mebibyte, 'origin');
      expect(await read(store.devicePath(origin), mebibyte, 6)).toBe('before');
      expect(await read(store.devicePath(copy), 2 * mebibyte, 6)).toBe('\0\0\0\0\0\0');
    });

    test('snapshots of snapshots outlive what they stem from', async () => {
      const [a, b, c] = [fresh(), fresh(), fresh()];
      await store.create(a, mebibyte * 8);
      await write(store.devicePath(a), 0, 'base');
      await store.snapshot(a, b);
      await store.snapshot(b, c);
      await store.remove(a);
      await store.remove(b);
      expect(await read(store.devicePath(c), 0, 4)).toBe('base');
    });

    test('removing is idempotent', async () => {
      const volume = fresh();
      await store.create(volume, mebibyte * 8);
      await store.remove(volume);
      await store.remove(volume);
      expect((await store.list()).map(({ name: each }) => each)).not.toContain(volume);
    });

    test('what is missing is said to be', async () => {
      await expect(store.snapshot('nobody', fresh())).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.grow('nobody', mebibyte)).rejects.toMatchObject({ code: 'not_found' });
    });

    test('a volume grows with its content kept, and never shrinks', async () => {
      const volume = fresh();
      await store.create(volume, mebibyte * 8);
      await write(store.devicePath(volume), 0, 'kept');
      await store.grow(volume, mebibyte * 12);
      expect(await sizeOf(store.devicePath(volume))).toBe(mebibyte * 12);
      expect(await read(store.devicePath(volume), 0, 4)).toBe('kept');
      await expect(store.grow(volume, mebibyte * 8)).rejects.toMatchObject({
        code: 'invalid_value',
      });
    });

    test.each(['', '../outside', 'a/b', 'a b', 'ü', '.', 'x'.repeat(101)])(
      'the name %j reaches nothing',
      async (bad) => {
        const refused = { code: 'invalid_value' };
        await expect(store.create(bad, mebibyte)).rejects.toMatchObject(refused);
        await expect(store.remove(bad)).rejects.toMatchObject(refused);
        await expect(store.snapshot(bad, 'good')).rejects.toMatchObject(refused);
      },
    );

    test('sizes that are none are refused', async () => {
      for (const size of [0, -1, Number.NaN]) {
        await expect(store.create(fresh(), size)).rejects.toMatchObject({ code: 'invalid_value' });
      }
    });

    test('the list tells names and sizes', async () => {
      const volume = fresh();
      await store.create(volume, mebibyte * 8);
      const found = (await store.list()).find(({ name: each }) => each === volume);
      expect(found).toMatchObject({ name: volume, sizeBytes: mebibyte * 8 });
    });

    test('capacity grows with what is written', async () => {
      const volume = fresh();
      await store.create(volume, mebibyte * 64);
      const before = await store.capacity();
      await using file = await open(store.devicePath(volume), 'r+');
      for (let at = 0; at < 32; at++)
        await file.write(Buffer.alloc(mebibyte, 7), 0, mebibyte, at * mebibyte);
      await file.sync();
      const after = await store.capacity();
      expect(after.usedBytes - before.usedBytes).toBeGreaterThanOrEqual(30 * mebibyte);
      expect(after.totalBytes).toBeGreaterThan(after.usedBytes);
    });

    test('what a volume has for itself alone is told', async () => {
      const [origin, copy] = [fresh(), fresh()];
      const fill = async (volume: string, megabytes: number) => {
        await using file = await open(store.devicePath(volume), 'r+');
        await file.write(randomBytes(megabytes * mebibyte), 0, megabytes * mebibyte, 0);
        await file.sync();
      };
      const own = async () => Object.fromEntries(await store.ownBytes([origin, copy, 'nobody']));
      await store.create(origin, mebibyte * 32);
      await fill(origin, 8);
      expect(await own()).toEqual({ [origin]: 8 * mebibyte });
      await store.snapshot(origin, copy);
      expect(await own()).toEqual({ [origin]: 0, [copy]: 0 });
      await fill(copy, 2);
      expect(await own()).toEqual({ [origin]: 2 * mebibyte, [copy]: 2 * mebibyte });
      await store.remove(copy);
      // XFS lets go of a removed file's extents a little later.
      await expect.poll(own, { timeout: 10_000 }).toEqual({ [origin]: 8 * mebibyte });
    });

    test('many snapshots at once all succeed', async () => {
      const origin = fresh();
      await store.create(origin, mebibyte * 8);
      const copies = Array.from({ length: 12 }, fresh);
      await Promise.all(copies.map((copy) => store.snapshot(origin, copy)));
      const names = (await store.list()).map(({ name: each }) => each);
      expect(names).toEqual(expect.arrayContaining(copies));
    });

    test('volumes are there again after a restart', async () => {
      const volume = fresh();
      await store.create(volume, mebibyte * 8);
      await write(store.devicePath(volume), 0, 'stays');
      await store.close();
      store = await pool.start();
      expect(await read(store.devicePath(volume), 0, 5)).toBe('stays');
    });
  });
}
