import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import { settingsSchema } from '../../../src/service/setting-list.ts';
import { createBareProgram, findFault } from './commands.ts';
import { anchorsOf, codeOf, documents, localLinksOf, readDocument, root } from './markdown.ts';

const program = createBareProgram();

describe.each(documents)('%s', (path) => {
  const text = readDocument(path);

  test('its links and images lead somewhere', () => {
    const dead = localLinksOf(text).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(readDocument(target)).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test('its commands are there', () => {
    const faults = codeOf(text).flatMap((line) => findFault(program, line) ?? []);
    expect(faults).toEqual([]);
  });

  test('its settings are there', () => {
    const named = codeOf(text).flatMap((line) => {
      const [, key] = /cafeboot setting (?:set|reset) (\w+)/.exec(line) ?? [];
      return key === undefined ? [] : [key];
    });
    expect(named.filter((key) => !(key in settingsSchema.properties))).toEqual([]);
  });
});

test('what is looked at in a document is found', () => {
  const text = [
    '# A title: 磁盘池快满时',
    'See [b](b.md#c), ![d](d.png), [e](https://e.example), `cafeboot host',
    'list`.',
    '```sh',
    'cafeboot nothing [x](y)',
    '```',
  ].join('\n');
  expect(localLinksOf(text)).toEqual(['b.md#c', 'd.png']);
  expect(anchorsOf(text)).toEqual(['a-title-磁盘池快满时']);
  expect(codeOf(text).filter(Boolean)).toEqual(['cafeboot nothing [x](y)', 'cafeboot host list']);
});

test('each document for administrators has its twin', () => {
  const english = ['README', 'docs/firmware', 'docs/operations', 'docs/pcs', 'docs/storage'];
  const twins = english.flatMap((name) => [`${name}.md`, `${name}.zh-CN.md`]);
  expect(documents).toEqual(expect.arrayContaining(twins));
});

test.each([
  ['cafeboot storage pool', 'no command storage pool'],
  ['sudo cafeboot hosts list', 'no command hosts'],
  ['cafeboot host set pc-1 --firmwear snponly', 'no option --firmwear of host'],
  ['cafeboot host set pc-1 --ip 10.0.0.7    # its address', undefined],
  ['cafeboot --data-dir data host list', undefined],
  ['cafeboot COMMAND --help', undefined],
  ['make cafeboot', undefined],
])('%s: %s', (line, fault) => {
  expect(findFault(program, line)).toBe(fault);
});

/** Prose also says that cafeboot does this or that: a command is what begins with one's name. */
test('commands that the program itself tells people are there', () => {
  const names = program.commands.map((command) => command.name()).join('|');
  const said = new RegExp(`cafeboot (?:${names}) [a-z][a-z-]*`, 'g');
  const told = [en, zh].flatMap((texts) => JSON.stringify(texts).match(said) ?? []);
  expect(told.length).toBeGreaterThan(20);
  expect(told.flatMap((line) => findFault(program, line) ?? [])).toEqual([]);
});
