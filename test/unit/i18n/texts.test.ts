import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingCodes } from '../../../src/doctor/check.ts';
import { errorCodes } from '../../../src/errors.ts';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import { createTranslator, findLanguage } from '../../../src/i18n/translate.ts';
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import { stepKinds } from '../../../src/install/plan.ts';
import { eventKinds } from '../../../src/service/timeline.ts';

/** All of the program's TypeScript as one text. */
async function readSources(directory: string, except: string[] = []): Promise<string> {
  const files = await readdir(directory, { recursive: true });
  const wanted = files.filter((file) => file.endsWith('.ts') && !except.includes(basename(file)));
  return (await Promise.all(wanted.map((file) => readFile(join(directory, file), 'utf8')))).join(
    '\n',
  );
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

describe('texts', () => {
  test.each([
    ['error', [...errorCodes].sort()],
    ['event', [...eventKinds].sort()],
    ['finding', [...findingCodes].sort()],
    ['step', [...stepKinds].sort()],
  ] as const)('both languages have a text for every %s, and no other', (section, keys) => {
    expect(Object.keys(en[section]).sort()).toEqual(keys);
    expect(Object.keys(zh[section]).sort()).toEqual(keys);
  });

  test('both languages say what to do about the same findings, known ones', () => {
    expect(Object.keys(zh.remedy).sort()).toEqual(Object.keys(en.remedy).sort());
    expect([...findingCodes]).toEqual(expect.arrayContaining(Object.keys(en.remedy)));
  });

  test('every kind of thing that an error names has a word in both', async () => {
    const sources = await readSources('src');
    const used = new Set(
      [...sources.matchAll(/kind: '(\w+)', name/g)].map(([, kind = '']) => kind),
    );
    expect(Object.keys(en.kind).sort()).toEqual([...used].sort());
    expect(Object.keys(zh.kind).sort()).toEqual([...used].sort());
  });

  test('every error code, event kind and finding is used somewhere', async () => {
    const sources = await readSources('src', ['errors.ts', 'timeline.ts', 'check.ts']);
    const unused = [...errorCodes, ...eventKinds, ...findingCodes].filter(
      (key) => !sources.includes(`'${key}'`),
    );
    expect(unused).toEqual([]);
  });

  test('both languages are filled with the same values', () => {
    for (const section of ['error', 'event', 'finding', 'remedy', 'step'] as const) {
      const chinese: Record<string, string> = zh[section];
      for (const [key, text] of Object.entries(en[section])) {
        expect(placeholders(chinese[key] ?? '').sort(), key).toEqual(placeholders(text).sort());
      }
    }
  });

  test('a text is filled, and a value that is missing leaves a gap, not a placeholder', () => {
    const translator = createTranslator('en');
    expect(translator.error({ code: 'not_found', context: { kind: 'host', name: 'pc-01' } })).toBe(
      'There is no PC pc-01.',
    );
    expect(translator.event('boot.os', { os: 'Debian', version: null })).toBe('Debian  is up');
  });

  test('both languages have the same words for what events are told with', () => {
    expect(Object.keys(zh.word)).toEqual(Object.keys(en.word));
  });

  test('codes are told in words, and sizes with a unit; what has none stays as it came', () => {
    const { event } = createTranslator('zh-CN');
    const sent = { file: 'ipxe.efi', sizeBytes: 1_044_480, durationMs: 640, outcome: 'done' };
    expect(event('boot.tftp', sent)).toBe('TFTP 传送 ipxe.efi：1.04 MB，640 毫秒（完成）');
    const failed = { task: 'power.on', subject: '大厅', code: 'internal' };
    expect(event('task.failed', failed)).toBe('开机 大厅 失败：服务器内部出错，详情见日志');
    expect(event('task.failed', { ...failed, code: 'not_found' })).toBe(
      '开机 大厅 失败：对象已不存在',
    );
    expect(event('task.failed', { ...failed, code: 'ENOENT' })).toBe('开机 大厅 失败：ENOENT');
  });

  test('why a boot stopped is told without codes', () => {
    const data = { entry: 'win11', code: 'image_not_ready' };
    expect(createTranslator('en').bootStop({ code: 'no-disk', data })).toContain(
      '(win11: the image is not ready yet)',
    );
    expect(createTranslator('zh-CN').bootStop({ code: 'no-disk', data })).not.toContain('_');
  });

  test('a value from the network cannot name another text', () => {
    const text = createTranslator('en').event('host.unknown', {
      vendorClass: '$t(error:internal){{os}}',
    });
    expect(text).toContain('$t(error:internal){{os}}');
  });

  test.each([
    [{ LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [{ LC_ALL: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'],
    [{}, 'en'],
  ])('%o speaks %s', (environment, language) => {
    expect(findLanguage(environment)).toBe(language);
  });
});
