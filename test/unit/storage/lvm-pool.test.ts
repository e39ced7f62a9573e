import { describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { Lvm } from '../../../src/storage/lvm-batch.ts';
import { ensureThinPool, planPool } from '../../../src/storage/lvm-pool.ts';
import { growPool, readCapacity } from '../../../src/storage/lvm-pool-space.ts';
import type { VolumeGroup } from '../../../src/storage/lvm-report.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
const terabyte = 1e12;

const group = (freeBytes: number): VolumeGroup => ({
  name: 'cafe',
  sizeBytes: freeBytes,
  freeBytes,
  extentSizeBytes: 4 * mebibyte,
  descriptionSizeBytes: 64 * mebibyte,
  descriptionFreeBytes: 60 * mebibyte,
});

describe('sizes of a new pool', () => {
  test('2 TB for 300 PCs: metadata for every chunk and what overlays do not share, and room to grow', () => {
    const { dataBytes, metadataBytes } = planPool(group(2 * terabyte), 0);
    const left = 2 * terabyte - dataBytes - 2 * metadataBytes;
    expect(left / (2 * terabyte)).toBeGreaterThan(0.095);
    // Twice over, with its spare.
    expect(left).toBeGreaterThan(2 * metadataBytes);
    const chunks = dataBytes / (64 * 1024);
    // dm-thin's own estimate is 48 bytes a chunk; a PC's overlay unshares 4 KiB where it first writes.
    const unshared = metadataBytes - chunks * 48;
    expect(unshared / 300 / 4096).toBeGreaterThan(1_500);
    expect(metadataBytes).toBeLessThan(5e9);
  });

  test('metadata stays in its bounds', () => {
    expect(planPool(group(gibibyte), 0).metadataBytes).toBe(16 * mebibyte);
    expect(planPool(group(100 * terabyte), 0).metadataBytes).toBe(15 * gibibyte);
  });

  test('a size that does not fit is refused', () => {
    expect(() => planPool(group(gibibyte), gibibyte)).toThrow(CafebootError);
    expect(() => planPool(group(200 * mebibyte), 0)).toThrow(CafebootError);
  });
});

describe('a pool that is there', () => {
  /** An lvm whose only volume is a pool of 1 GiB, half used, with 16 MiB of metadata. */
  function fakeLvm(
    attributes: string,
    percents: { data: string; metadata: string },
    whenFull = 'error',
  ) {
    const changes: string[][] = [];
    const row = {
      lv_when_full: whenFull,
      lv_name: 'pool',
      lv_attr: attributes,
      lv_size: String(gibibyte),
      data_percent: percents.data,
      metadata_percent: percents.metadata,
      lv_metadata_size: String(16 * mebibyte),
      vg_free: String(500 * mebibyte),
      vg_extent_size: String(4 * mebibyte),
    };
    const lvm: Lvm = {
      change: async (argv) => void changes.push(argv),
      report: async () => JSON.stringify({ report: [{ lv: [row], vg: [{ vg_name: 'cafe' }] }] }),
      exclusive: (work) => work(),
    };
    return { lvm, changes };
  }

  test.each([
    ['twi-aotz--', '50.00', '6.25', 'good'],
    ['twi-aotzD-', '100.00', '12.50', 'full'],
    ['twi-aotz--', '100.00', '12.50', 'full'],
    ['twi-cotzM-', '50.00', '100.00', 'read-only'],
    ['twi-XotzF-', '', '', 'failed'],
  ])('%s with %s %% of data is %s', async (attributes, data, metadata, health) => {
    const { lvm } = fakeLvm(attributes, { data, metadata });
    expect(await readCapacity(lvm, 'cafe/pool')).toEqual({
      totalBytes: gibibyte,
      usedBytes: (gibibyte * Number(data)) / 100,
      metadata: {
        totalBytes: 16 * mebibyte,
        usedBytes: (16 * mebibyte * Number(metadata)) / 100,
      },
      health,
      growableBytes: 500 * mebibyte,
    });
  });

  test.each([
    ['twi-aotz--', 'error', []],
    ['twi-aotz--', 'queue', ['--errorwhenfull y']],
    ['twi---tz--', 'queue', ['-ay', '--errorwhenfull y']],
  ])(
    'a pool (%s) whose writes, when it is full, %s: %j',
    async (attributes, whenFull, expected) => {
      const { lvm, changes } = fakeLvm(attributes, { data: '50', metadata: '6' }, whenFull);
      await ensureThinPool(lvm, { volumeGroup: 'cafe', pool: 'pool', sizeBytes: 0 });
      const words = changes.map((argv) => argv.join(' '));
      expect(words).toEqual(expected.map((options) => `lvchange -y ${options} cafe/pool`));
    },
  );

  test('one that takes no change now can still be read', async () => {
    const { lvm } = fakeLvm('twi-aotzM-', { data: '50', metadata: '100' }, 'queue');
    lvm.change = () => Promise.reject(new CafebootError('command_failed', { command: 'lvchange' }));
    await ensureThinPool(lvm, { volumeGroup: 'cafe', pool: 'pool', sizeBytes: 0 });
  });

  test('it grows by whole extents; metadata not beyond what dm-thin can have', async () => {
    const { lvm, changes } = fakeLvm('twi-aotz--', { data: '50', metadata: '6' });
    await growPool(lvm, 'cafe/pool', 'data', 103 * mebibyte);
    await growPool(lvm, 'cafe/pool', 'metadata', 9 * mebibyte);
    await growPool(lvm, 'cafe/pool', 'metadata', 100 * gibibyte);
    const metadataLeft = 15 * gibibyte - 16 * mebibyte;
    expect(changes).toEqual([
      ['lvextend', '-y', '-L', `+${100 * mebibyte}b`, 'cafe/pool'],
      ['lvextend', '-y', '--poolmetadatasize', `+${8 * mebibyte}b`, 'cafe/pool'],
      ['lvextend', '-y', '--poolmetadatasize', `+${metadataLeft}b`, 'cafe/pool'],
    ]);
    const tooLittle = growPool(lvm, 'cafe/pool', 'data', mebibyte);
    await expect(tooLittle).rejects.toMatchObject({ code: 'no_space' });
  });
});
