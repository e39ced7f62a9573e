import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openElf } from '../../../scripts/dist/elf.ts';
import { dropLibatomic } from '../../../scripts/dist/libatomic.ts';

const node = await readFile(process.execPath);

test('a Node asks for libatomic before, and for what it had besides it after', () => {
  const before = openElf(node).libraries();
  expect(before).toContain('libatomic.so.1');
  const program = Buffer.from(node);
  dropLibatomic(program);
  expect(program.length).toBe(node.length);
  expect(new Set(openElf(program).libraries())).toEqual(
    new Set(before.filter((name) => name !== 'libatomic.so.1')),
  );
});

test('a program that does without already is refused, and so is what is no program', () => {
  const program = Buffer.from(node);
  dropLibatomic(program);
  expect(() => dropLibatomic(program)).toThrow(/__atomic_compare_exchange/);
  expect(() => dropLibatomic(Buffer.alloc(4096))).toThrow('not an ELF file');
});
