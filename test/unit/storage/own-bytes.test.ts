import { expect, test } from 'vitest';
import { parseOwnBytes as parseFilefrag } from '../../../src/storage/file-extents.ts';
import { parseOwnBytes as parseThinLs, toMapperName } from '../../../src/storage/lvm-own-bytes.ts';

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
