import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CheckContext } from '../../src/doctor/check.ts';
import { volumeGroup } from '../../src/doctor/volume-group.ts';
import { run } from '../../src/storage/exec.ts';
import { startLio } from '../../src/storage/lio.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import type { VolumeStore } from '../../src/storage/volumes.ts';
import { type IscsiDisk, openIscsiDisk } from '../contract/iscsi-disk.ts';
import { makeVolumeGroup, scratchDisk } from './volume-group.ts';

const mebibyte = 1024 ** 2;
const chunkBytes = 64 * 1024;
const address = '127.0.0.1';
const port = 3266;
const goldenByte = 0x47;

async function checksum(path: string, mib: number): Promise<string> {
  // The quickest to compute where a machine is emulated.
  const hash = createHash('md5');
  await pipeline(createReadStream(path, { end: mib * mebibyte - 1 }), hash);
  return hash.digest('hex');
}

/** Fills these ranges of a device, down to the pool. */
async function fill(path: string, positions: number[], sizeBytes: number, byte: number) {
  await using file = await open(path, 'r+');
  for (const at of positions) await file.write(Buffer.alloc(sizeBytes, byte), 0, sizeBytes, at);
  await file.sync();
}

const steps = (count: number, everyBytes: number) =>
  Array.from({ length: count }, (_, index) => index * everyBytes);

/** A PC that reads the golden disk's bytes all the time, through its own snapshot. */
function keepReading(disk: IscsiDisk, mib: number) {
  let count = 0;
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      await disk.read(count % mib, goldenByte);
      count += 1;
      await sleep(100);
    }
  })();
  // Until `stop` asks, nobody listens for its failure.
  ended.catch(() => undefined);
  return {
    count: () => count,
    async stop(): Promise<void> {
      stopped = true;
      await ended;
    },
  };
}

/** A golden disk with a snapshot for a PC that only reads and one for a PC that writes, behind LIO. */
async function makeCafe(store: VolumeStore, goldenMib: number) {
  await store.create('golden', 2048 * mebibyte);
  const golden = store.devicePath('golden');
  await fill(golden, steps(goldenMib, mebibyte), mebibyte, goldenByte);
  const before = await checksum(golden, goldenMib);
  // targetcli may be saving while a target goes; it saves once more then.
  const onSaveFailed = () => {};
  const server = await startLio({ portals: [{ address, port }], run, onSaveFailed });
  const login = async (name: string) => {
    await store.snapshot('golden', name);
    const target = `iqn.2022-10.org.dbc.iscsi:sn.${name}.525400000001`;
    const luns = [{ devicePath: store.devicePath(name), serial: `cb-${name}` }];
    await server.ensure({ name: target, initiator: target, luns });
    return openIscsiDisk({ address, port, target, initiator: target, lun: server.firstLun });
  };
  const [reader, writer] = [await login('reader'), await login('writer')];
  const reading = keepReading(reader, goldenMib);
  /** What holds whatever the pool is like. */
  const checkReaders = async () => {
    const count = reading.count();
    expect(await checksum(golden, goldenMib)).toBe(before);
    await expect.poll(reading.count, { timeout: 30_000 }).toBeGreaterThan(count + 1);
    expect(await server.sessions()).toHaveLength(2);
  };
  return {
    writer,
    checkReaders,
    async close() {
      await reading.stop();
      await Promise.all([reader.close(), writer.close()]);
      for (const name of await server.list()) await server.remove(name);
      await server.close();
    },
  };
}

/** What the doctor finds of a volume group of real lvm. */
async function examineGroup(name: string): Promise<string[]> {
  const settings = { volumeGroup: name, thinPool: 'pool' };
  const found = await volumeGroup.run({ settings, run } as CheckContext);
  return found.map(({ verdict, code }) => `${verdict} ${code}`);
}

/** Writes on until the disk fails; where it did. */
async function writeUntilError(write: (index: number) => Promise<void>, atMost: number) {
  for (let index = 0; index < atMost; index++) {
    const error = await write(index).catch((failure: unknown) => failure as Error);
    if (error) return { index, message: error.message };
  }
  throw new Error(`${atMost} writes and no error`);
}

test('data at 100 %: readers and the golden disk do not notice, writers fail, growing helps at once', async () => {
  const cleanUp = await makeVolumeGroup('cbfull');
  const goldenMib = 64;
  const sizeBytes = 256 * mebibyte;
  const store = await startLvmThin({ volumeGroup: 'cbfull', pool: 'pool', sizeBytes, run });
  const cafe = await makeCafe(store, goldenMib);
  try {
    const { writer } = cafe;
    await writer.write(0);
    const writeOn = (index: number) => writer.write(goldenMib + 8 * index, 8 * mebibyte);
    const full = await writeUntilError(writeOn, 32);
    expect(full.index).toBeGreaterThan(20);
    expect(await store.capacity()).toMatchObject({ usedBytes: sizeBytes, health: 'full' });
    expect(await examineGroup('cbfull')).toEqual(['ok group-there']);
    expect(await examineGroup('cbgone')).toEqual(['fail group-missing']);
    await cafe.checkReaders();
    // Its own blocks are there to be written again.
    await writer.write(0, mebibyte, 0x66);
    await writer.read(0, 0x66);
    await expect(store.snapshot('golden', 'late')).rejects.toMatchObject({ code: 'no_space' });

    await store.growPool?.('data', 128 * mebibyte);
    expect(await store.capacity()).toMatchObject({ health: 'good' });
    await writeOn(full.index);
    await writer.read(goldenMib + 8 * full.index, 0x5a, 8 * mebibyte);
    await cafe.checkReaders();
    await store.snapshot('golden', 'late');
    const tooMuch = { code: 'no_space' };
    await expect(store.growPool?.('data', 8192 * mebibyte)).rejects.toMatchObject(tooMuch);
    await expect(store.growPool?.('data', 100)).rejects.toMatchObject(tooMuch);
  } finally {
    await cafe.close();
    await cleanUp();
  }
});

test('metadata at 100 %: the same, and the pool is read-only until its metadata grows', async () => {
  const cleanUp = await makeVolumeGroup('cbfull', scratchDisk, '1m');
  const goldenMib = 128;
  // The smallest that lvm makes, in a pool that was there before.
  const sizes = ['-L', '1g', '--poolmetadatasize', '2m', '--chunksize', '64k'];
  await run('lvcreate', ['-y', '--type', 'thin-pool', ...sizes, '-n', 'pool', 'cbfull']);
  const store = await startLvmThin({ volumeGroup: 'cbfull', pool: 'pool', sizeBytes: 0, run });
  const cafe = await makeCafe(store, goldenMib);
  try {
    const { writer } = cafe;
    const metadataPercent = async () => {
      const { metadata } = await store.capacity();
      return metadata ? (metadata.usedBytes / metadata.totalBytes) * 100 : 0;
    };
    const scattered = steps(goldenMib / 4, 4 * mebibyte);
    // A chunk here and there: each copies the piece of the map that it shares with the golden disk.
    const overlays = Array.from({ length: 44 }, (_, index) => `other-${index}`);
    await Promise.all(overlays.map((name) => store.snapshot('golden', name)));
    for (const [index, name] of overlays.entries()) {
      if (index >= 36 && (await metadataPercent()) > 96) break;
      await fill(store.devicePath(name), scattered, chunkBytes, 1);
    }
    const writeOn = (index: number) => {
      const spot = scattered[index];
      return spot === undefined
        ? writer.write(goldenMib + index)
        : writer.write(spot / mebibyte, chunkBytes);
    };
    const full = await writeUntilError(writeOn, 400);
    expect(await store.capacity()).toMatchObject({ health: 'read-only' });
    await cafe.checkReaders();
    await expect(store.snapshot('golden', 'late')).rejects.toMatchObject({ code: 'no_space' });

    await store.growPool?.('metadata', 8 * mebibyte);
    expect(await store.capacity()).toMatchObject({ health: 'good' });
    await writeOn(full.index);
    await cafe.checkReaders();
    await store.snapshot('golden', 'late');
  } finally {
    await cafe.close();
    await cleanUp();
  }
}, 300_000);
