import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeFilename } from '../../../src/tftp/filename.ts';

test.each([
  ['undionly.kpxe', 'undionly.kpxe'],
  ['/ipxe.efi', 'ipxe.efi'],
  ['//a//b', 'a/b'],
  ['./a/./b', 'a/b'],
  ['\\Boot\\BCD', 'Boot/BCD'],
  ['\\\\server\\a', 'server/a'],
  ['...', '...'],
  ['a..b', 'a..b'],
  ['%2e%2e/a', '%2e%2e/a'],
])('%s is %s below the root', (filename, path) => {
  expect(normalizeFilename(filename)).toEqual({ path });
});

test.each([
  ['..', 'name-escapes'],
  ['../etc/passwd', 'name-escapes'],
  ['/../etc/passwd', 'name-escapes'],
  ['a/../../b', 'name-escapes'],
  ['a/../b', 'name-escapes'],
  ['..\\..\\etc', 'name-escapes'],
  ['a\\..\\..\\b', 'name-escapes'],
  ['a/..', 'name-escapes'],
  ['a\0b', 'name-control'],
  ['a\nb', 'name-control'],
  ['/', 'name-empty'],
  ['\\', 'name-empty'],
  ['./.', 'name-empty'],
  ['a'.repeat(256), 'name-too-long'],
])('%j is refused: %s', (filename, refusal) => {
  expect(normalizeFilename(filename)).toEqual({ refusal });
});

test('no name at all gives a path that could leave the root', () => {
  const pieces = fc.constantFrom('..', '.', '/', '\\', 'a', '\0', ' ', '~', 'C:', '\u2025');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const { path } = normalizeFilename(parts.join(''));
      if (path === undefined) return;
      expect(path).not.toMatch(/[\\\0]/);
      for (const part of path.split('/')) expect(['', '.', '..']).not.toContain(part);
    }),
    { numRuns: 1_000 },
  );
});
