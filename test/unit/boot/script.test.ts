import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scriptNames, toScreenText, toWord } from '../../../src/boot/script.ts';
import { treeResources } from '../../../src/resources.ts';
import { readScriptTemplates } from '../../../src/templates.ts';

describe('values in boot scripts', () => {
  test.each([
    'pc-01',
    '10.77.0.1',
    'http://10.77.0.1:8080',
    'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001',
    5000,
  ])('%s is a word', (value) => expect(toWord(value)).toBe(String(value)));

  test.each([
    '',
    ' ',
    'a b',
    '$' + '{net0/mac}',
    'a||b',
    'a\nb',
    '"',
    "'",
    '-flag',
    'a#b',
    '网吧',
    'a;b',
  ])('%j is none', (value) => expect(() => toWord(value)).toThrowError(/unsafe_script_value/));

  test('nothing that means something to iPXE survives in text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(toScreenText(value)).toMatch(/^[ !%()*+,\-./0-9:<=>?@A-Z[\]^_a-z{}~]{0,70}$/);
      }),
    );
  });

  test.each(scriptNames)('the template of %s prints every value through a filter', async (name) => {
    const template = await readFile(`templates/ipxe/${name}.njk`, 'utf8');
    for (const [print] of template.matchAll(/\{\{[^}]*\}\}/g)) {
      expect(print).toMatch(/\| (word|text) \}\}$/);
    }
  });

  test('every template begins as iPXE wants', async () => {
    const templates = readScriptTemplates(treeResources());
    for (const name of scriptNames) {
      const text = templates[name];
      expect(text.startsWith('#!ipxe\n')).toBe(true);
    }
  });
});
