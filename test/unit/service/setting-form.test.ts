import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import { createTranslator } from '../../../src/i18n/translate.ts';
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import { describeSettings } from '../../../src/service/setting-form.ts';
import { settingsSchema } from '../../../src/service/setting-list.ts';
import {
  settingEffects,
  settingGroups,
  settingMeta,
  settingUnits,
} from '../../../src/service/setting-meta.ts';
import { reasonCodes } from '../../../src/service/setting-reasons.ts';
import { createSettings } from '../../../src/service/settings.ts';
import { openStore } from '../../../src/store/store.ts';

const fields = describeSettings();

describe('the form of the settings', () => {
  test('has every setting once, with its default', () => {
    expect(Object.keys(settingMeta).sort()).toEqual(Object.keys(settingsSchema.properties).sort());
    for (const { key, default: byDefault } of fields) {
      expect(Value.Check(settingsSchema.properties[key], byDefault), key).toBe(true);
    }
  });

  test('says what can be put in', () => {
    const find = (key: string) => fields.find((field) => field.key === key);
    expect(find('dhcpMode')).toMatchObject({ type: 'choice', choices: ['proxy', 'full'] });
    expect(find('dhcpMode')).toMatchObject({ effect: 'restart', group: 'network' });
    expect(find('hostDigits')).toMatchObject({ type: 'integer', minimum: 1, maximum: 6 });
    expect(find('thriftCallers')).toMatchObject({ type: 'texts', maxItems: 256 });
    expect(find('dhcpSubnets')?.type).toBe('objects');
    expect(find('poolGrow')?.type).toBe('boolean');
    expect(find('smyooPassword')).toMatchObject({ secret: true, maxLength: 200 });
    expect(find('volumeGroup')?.locksWithImages).toBe(true);
  });

  test.each([
    ['setting', fields.flatMap(({ key }) => [`${key}.help`, `${key}.label`])],
    ['settingGroup', settingGroups],
    ['settingEffect', settingEffects],
    ['unit', settingUnits],
    [
      'settingChoice',
      fields.flatMap(({ key, choices = [] }) => choices.map((choice) => `${key}.${choice}`)),
    ],
    [
      'reason',
      [
        ...reasonCodes,
        ...fields
          .filter(({ pattern, type }) => pattern !== undefined && type !== 'objects')
          .map(({ key }) => `pattern-${key}`),
      ],
    ],
  ] as const)('both languages have every text of %s, and no other', (section, keys) => {
    expect(Object.keys(en[section]).sort()).toEqual([...keys].sort());
    expect(Object.keys(zh[section]).sort()).toEqual([...keys].sort());
  });
});

describe('a value that cannot be', () => {
  const settings = createSettings(openStore(':memory:'));
  const refusal = (language: 'en' | 'zh-CN', key: string, value: unknown): string => {
    try {
      settings.set(key, value);
    } catch (error) {
      if (error instanceof CafebootError) return createTranslator(language).error(error);
    }
    return 'taken';
  };

  test.each([
    ['hostDigits', 0, 'at least 1', '不能小于 1'],
    ['hostDigits', 'x', 'whole number', '整数'],
    ['hostPrefix', '-a', 'begins with a letter', '字母或数字开头'],
    ['dhcpMode', 'none', 'proxy, full', 'proxy, full'],
    [
      'thriftCallers',
      ['10.0.0.1', '10.0.0'],
      'Entry 2: It must be an IPv4',
      '第 2 项：必须是 IPv4',
    ],
    ['dhcpSubnets', [{ subnet: '10.0.0.0/24' }], 'Entry 1: This is missing: range', '缺少：range'],
    ['poolWarnPercent', 95, 'must rise', '依次增大'],
    ['dhcpMode', 'full', 'subnet', '请先添加子网'],
    ['poolGrow', 1, 'on or off', '开或关'],
  ])('%s %o: the reason is in words', (key, value, english, chinese) => {
    expect(refusal('en', key, value)).toContain(english);
    expect(refusal('zh-CN', key, value)).toContain(chinese);
  });

  test('of a secret is not repeated', () => {
    expect(refusal('en', 'smyooPassword', 'x'.repeat(201))).not.toContain('xxx');
  });
});
