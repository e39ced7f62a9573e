import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { themes } from '../../../src/servers/console/preferences.ts';
import { rooms } from '../../../src/servers/console/rooms.ts';
import { createTexts, languageOf, languages } from '../../../src/servers/console/texts.ts';
import { bootFailures, bootStages } from '../../../src/service/boot-progress.ts';
import { hostStates } from '../../../src/service/hall-tile.ts';
import { roles } from '../../../src/service/users.ts';

const projectRoot = join(import.meta.dirname, '../../..');

/** Templates and the console's own code as one text. */
const sources = ['templates/console', 'src/servers/console']
  .flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  )
  .join('\n');

const plural = /_(zero|one|two|few|many|other)$/;
const baseKeys = (texts: Record<string, string>) => [
  ...new Set(Object.keys(texts).map((key) => key.replace(plural, ''))),
];
/** `t('room:key')` whole, and `t('room:prefix.' + value)`. */
const used = [...sources.matchAll(/\bt\(\s*'([a-zA-Z]+:[^']+)'(\s*\+)?/g)].map(
  ([, key = '', plus]) => ({
    key,
    isPrefix: plus !== undefined,
  }),
);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

describe('texts of the console', () => {
  test.each(rooms.map((room) => [room.name, room.texts] as const))(
    '%s has the same keys in both languages, filled with the same values',
    (_, texts) => {
      expect(baseKeys(texts['zh-CN']).sort()).toEqual(baseKeys(texts.en).sort());
      for (const [key, text] of Object.entries(texts['zh-CN'])) {
        const other = texts.en[key] ?? texts.en[`${key}_other`] ?? '';
        expect(placeholders(text).sort(), key).toEqual(placeholders(other).sort());
      }
    },
  );

  test('every text that is asked for exists', () => {
    const known = rooms.flatMap(({ name, texts }) =>
      baseKeys(texts.en).map((key) => `${name}:${key}`),
    );
    const missing = used.filter(({ key, isPrefix }) =>
      isPrefix ? !known.some((each) => each.startsWith(key)) : !known.includes(key),
    );
    expect(used.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  test('every text is asked for somewhere', () => {
    const navs = rooms.filter(({ nav }) => nav).map(({ name }) => `${name}:nav`);
    const unused = rooms
      .flatMap(({ name, texts }) => baseKeys(texts.en).map((key) => `${name}:${key}`))
      .filter((key) => !navs.includes(key))
      .filter(
        (key) => !used.some((use) => (use.isPrefix ? key.startsWith(use.key) : key === use.key)),
      );
    expect(unused).toEqual([]);
  });

  test.each([
    ['overview:state.', hostStates],
    ['overview:stage.', bootStages],
    ['overview:failure.', [...bootFailures, 'stuck']],
    ['common:role.', roles],
    ['common:theme.', themes],
    ['common:language.', languages],
  ] as const)('every %s… has a text, and no other', (prefix, keys) => {
    const known = rooms
      .flatMap(({ name, texts }) => baseKeys(texts.en).map((key) => `${name}:${key}`))
      .filter((key) => key.startsWith(prefix));
    expect(known.sort()).toEqual(keys.map((key) => prefix + key).sort());
  });

  test('no text stands in a template', () => {
    const files = readdirSync(join(projectRoot, 'templates/console'), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.njk'));
    for (const file of files) {
      const text = readFileSync(join(projectRoot, 'templates/console', file), 'utf8')
        .replace(/\{#[\s\S]*?#\}|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g, '')
        .replace(/<!?\/?[a-z][^>]*>/gi, '');
      const words = (text.match(/\p{L}{3,}/gu) ?? []).filter((word) => word !== 'cafeboot');
      expect(words, file).toEqual([]);
    }
  });

  test('a key that is none is an error in any language', () => {
    const texts = createTexts({ room: { en: { one: 'One' }, 'zh-CN': { one: '一' } } });
    for (const language of languages) {
      expect(() => texts[language]('room:two')).toThrow('room:two');
      expect(texts[language]('room:one')).not.toBe('');
    }
  });

  test.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN'],
    ['en-GB,en;q=0.9,zh;q=0.1', 'en'],
    ['de,fr;q=0.5', 'en'],
    ['de,zh-TW;q=0.5', 'zh-CN'],
    ['', 'en'],
  ])('a browser that says %s reads %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
