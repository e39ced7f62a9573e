import { isDeepStrictEqual } from 'node:util';
import { listInterfaces } from '../../net/interfaces.ts';
import { describeSettings, type SettingField } from '../../service/setting-form.ts';
import type { SettingKey, Settings } from '../../service/setting-list.ts';
import { type SettingGroup, settingGroups } from '../../service/setting-meta.ts';

/** What a setting is edited with: a field of its own type, boxes to tick, rows, or a page of its own. */
export type SettingEditor = SettingField['type'] | 'boxes' | 'callers' | 'subnets' | 'elsewhere';

/** A setting as its template shows it. */
export interface SettingRow extends Omit<SettingField, 'default'> {
  editor: SettingEditor;
  /** Nothing, of a secret. */
  value: unknown;
  byDefault: unknown;
  isDefault: boolean;
  /** Whether a secret has a value. */
  isSet: boolean;
  /** Not to be changed now, as there are images. */
  isLocked: boolean;
  /** Whether it is of the power cards' account: a dozen that most cafes leave alone. */
  isOfCards: boolean;
  /** What may be ticked: `[value, what else to say of it]`. */
  options: [string, string][];
}

export interface SettingGroupView {
  name: SettingGroup;
  rows: SettingRow[];
  /** Whether any of the power cards' is set. */
  usesCards: boolean;
}

export interface SettingFacts {
  settings: Settings;
  hasImages: boolean;
}

const fields = describeSettings();

const editors: Partial<Record<SettingKey, SettingEditor>> = {
  dhcpSubnets: 'subnets',
  thriftCallers: 'callers',
  servedInterfaces: 'boxes',
  portalAddresses: 'boxes',
  // Moving the pool on or off it is more than a value: the storage's page does it.
  readCache: 'elsewhere',
};

/** The setting of this key; undefined where there is none. */
export function findSettingRow(
  key: string,
  { settings, hasImages }: SettingFacts,
): SettingRow | undefined {
  const field = fields.find((each) => each.key === key);
  if (!field) return undefined;
  const { default: byDefault, ...rest } = field;
  const value = settings[field.key];
  return {
    ...rest,
    editor: editors[field.key] ?? field.type,
    value: field.secret ? '' : value,
    byDefault,
    isDefault: isDeepStrictEqual(value, byDefault),
    isSet: value !== '',
    isLocked: field.locksWithImages && hasImages,
    isOfCards: field.key.startsWith('smyoo'),
    options: optionsOf(field.key, value),
  };
}

/** All of them, in the groups of the page. */
export const toSettingGroups = (facts: SettingFacts): SettingGroupView[] =>
  settingGroups.map((name) => {
    const rows = fields
      .filter(({ group }) => group === name)
      .flatMap(({ key }) => findSettingRow(key, facts) ?? []);
    return { name, rows, usesCards: rows.some((row) => row.isOfCards && !row.isDefault) };
  });

/** Those whose change waits for the next start: they differ from what the program started with. */
export const findWaiting = (started: Settings, now: Settings): SettingKey[] =>
  fields
    .filter(({ effect, key }) => effect === 'restart' && editors[key] !== 'elsewhere')
    .filter(({ key }) => !isDeepStrictEqual(started[key], now[key]))
    .map(({ key }) => key);

/** This machine's interfaces or addresses, and what is chosen though it is not there now. */
function optionsOf(key: SettingKey, value: unknown): [string, string][] {
  if (key !== 'servedInterfaces' && key !== 'portalAddresses') return [];
  const found = listInterfaces().map(({ name, address }): [string, string] =>
    key === 'servedInterfaces' ? [name, address] : [address, name],
  );
  const there = new Map<string, string>();
  for (const [name, about] of found) {
    const before = there.get(name);
    there.set(name, before === undefined ? about : `${before}, ${about}`);
  }
  const gone = (value as string[]).filter((each) => !there.has(each));
  return [...there, ...gone.map((each): [string, string] => [each, ''])];
}
