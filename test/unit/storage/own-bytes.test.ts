import { describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { Run } from '../../../src/storage/exec.ts';
import { parseOwnBytes as parseFilefrag } from '../../../src/storage/file-extents.ts';
import type { Lvm } from '../../../src/storage/lvm-batch.ts';
import {
  createOwnBytes,
  parseOwnBytes as parseThinLs,
  toMapperName,
} from '../../../src/storage/lvm-own-bytes.ts';

const lines = (...text: string[]) => `${text.join('\n')}\n`;

test('of a file, the extents count that no other file shares', () => {
  const text = lines(
    'Filesystem type is: 58465342',
    'File size of /pool/win.img is 34359738368 (8388608 blocks of 4096 bytes)',
    ' ext:     logical_offset:        physical_offset: length:   expected: flags:',
    '   0:        0..     511:       3072..      3583:    512:            ',
    '   1:      512..    2047:       1024..      2559:   1536:       3584: shared',
    '   2:     4096..    4103:       5000..      5007:      8:       2560: unwritten,eof',
    '   3:  8388600.. 8388607:       7000..      7007:      8:       5008: last,shared,eof',
    '/pool/win.img: 4 extents found',
  );
  expect(parseFilefrag(text)).toBe((512 + 8) * 4096);
});

test('a file without data has nothing of its own', () => {
  const text = lines(
    'Filesystem type is: 58465342',
    'File size of /pool/blank.img is 1048576 (256 blocks of 4096 bytes)',
    '/pool/blank.img: 0 extents found',
  );
  expect(parseFilefrag(text)).toBe(0);
});

test('of thin volumes, what thin_ls says of each', () => {
  expect(parseThinLs(lines('    1     8388608', '   12           0', ''))).toEqual(
    new Map([
      [1, 8_388_608],
      [12, 0],
    ]),
  );
});

test("the kernel's names double the hyphens of lvm's", () => {
  expect(toMapperName('cafe-vg', 'thin-pool', '_tmeta')).toBe('cafe--vg-thin--pool_tmeta');
});

describe('while a thin pool is read, it gives no space back', () => {
  /** A pool filled so far, of which reading takes until it is aborted. */
  function fakePool(dataPercent: string, metadataPercent: string) {
    const messages: string[] = [];
    const row = { lv_name: 'pool', data_percent: dataPercent, metadata_percent: metadataPercent };
    const report = JSON.stringify({ report: [{ lv: [row] }] });
    const lvm = { report: async () => report } as unknown as Lvm;
    const run: Run = async (file, argv, { signal } = {}) => {
      if (file === 'nice') {
        await new Promise((_, reject) => {
          const abort = () => reject(new CafebootError('task_cancelled'));
          if (signal?.aborted) abort();
          signal?.addEventListener('abort', abort);
        });
      }
      if (argv[0] === 'message') messages.push(argv.at(-1) ?? '');
      const heldRoot = messages.at(-1) === 'reserve_metadata_snap' ? '7' : '-';
      return { stdout: `0 100 thin-pool 1 2/3 4/5 ${heldRoot} rw`, stderr: '' };
    };
    return { ownBytes: createOwnBytes(lvm, { volumeGroup: 'cafe', pool: 'pool', run }), messages };
  }

  test.each([
    ['90.00', '10.00'],
    ['50.00', '60.01'],
  ])('it is not read with %s %% of data and %s %% of metadata', async (data, metadata) => {
    const { ownBytes, messages } = fakePool(data, metadata);
    expect(await ownBytes.read()).toEqual(new Map());
    expect(messages).toEqual([]);
  });

  test('whoever needs space ends the reading', async () => {
    const { ownBytes, messages } = fakePool('89.99', '60.00');
    const read = expect(ownBytes.read()).rejects.toMatchObject({ code: 'task_cancelled' });
    await expect.poll(() => messages).toEqual(['reserve_metadata_snap']);
    await ownBytes.stop();
    expect(messages).toEqual(['reserve_metadata_snap', 'release_metadata_snap']);
    await read;
  });
});
