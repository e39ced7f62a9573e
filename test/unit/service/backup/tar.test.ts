import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blockBytes,
  encodeTarHeader,
  paddingOf,
  parsePaxName,
  parseTarBlock,
} from '../../../../src/service/backup/tar.ts';

/** What a header says, as the reader takes it apart. */
function parseHeader(header: Buffer) {
  const first = parseTarBlock(header.subarray(0, blockBytes));
  if (!first?.isExtended) return first;
  const name = parsePaxName(header.subarray(blockBytes, blockBytes + first.sizeBytes));
  const at = blockBytes + first.sizeBytes + paddingOf(first.sizeBytes);
  return { ...parseTarBlock(header.subarray(at)), name };
}

test('any name and any size come back', () => {
  const names = fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' });
  fc.assert(
    fc.property(names, fc.nat(Number.MAX_SAFE_INTEGER), (text, sizeBytes) => {
      const name = `boot/${text.replace(/[\0\n]/g, '_')}`;
      const header = encodeTarHeader({ name, sizeBytes }, 1_700_000_000_000);
      expect(header.length % blockBytes).toBe(0);
      expect(parseHeader(header)).toMatchObject({ name, sizeBytes, isExtended: false });
    }),
  );
});

test('a disk of more than 8 GiB', () => {
  const header = encodeTarHeader({ name: 'images/x.raw', sizeBytes: 120 * 2 ** 30 }, 0);
  expect(parseHeader(header)?.sizeBytes).toBe(120 * 2 ** 30);
});

test('what is no header', () => {
  const header = encodeTarHeader({ name: 'a', sizeBytes: 5 }, 0);
  header[3] = 0x41;
  expect(() => parseTarBlock(header)).toThrow(RangeError);
  expect(() => parseTarBlock(Buffer.alloc(blockBytes, 7))).toThrow(RangeError);
  expect(parseTarBlock(Buffer.alloc(blockBytes))).toBeUndefined();
});
