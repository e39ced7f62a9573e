import { Value } from 'typebox/value';
import { parseSubnets, refuseOwnAddresses } from '../boot/subnet.ts';
import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { isSecretSetting, type SettingKey, type Settings, settingsSchema } from './setting-list.ts';
import { findReason } from './setting-reasons.ts';

export type SettingsService = ReturnType<typeof createSettings>;

/** Each list must rise. */
const risingKeys = [
  ['poolWarnPercent', 'poolFreePercent', 'poolRefusePercent'],
  ['poolMetadataWarnPercent', 'poolMetadataFreePercent', 'poolMetadataRefusePercent'],
] as const;

const keys = Object.keys(settingsSchema.properties) as SettingKey[];

export interface SettingsOptions {
  /** This machine's own addresses, which no PC may be given. */
  listOwnAddresses?: () => string[];
}

/** The settings kept in the database, validated on the way in. */
export function createSettings(
  store: Store,
  { listOwnAddresses = () => [] }: SettingsOptions = {},
) {
  let current = load(store);
  return {
    get: (): Settings => current,
    /** Throws `not_found` for a key that is none, `invalid_value` with the reason for a bad value. */
    set(key: string, value: unknown): Settings {
      const known = findKey(key);
      const reason = findReason(known, value);
      if (reason) {
        const shown = isSecretSetting(known) ? '***' : JSON.stringify(value);
        throw new CafebootError('invalid_value', { field: known, value: shown, ...reason });
      }
      const next = { ...current, [known]: value } as Settings;
      refuseDisorder(next, known);
      refuseBadSubnets(next, known, listOwnAddresses);
      store.settings.set(known, value);
      current = load(store);
      return current;
    },
    /** Back to the default; throws as `set` does. */
    reset(key: string): Settings {
      const known = findKey(key);
      const byDefault = Value.Default(settingsSchema.properties[known], undefined);
      const next = { ...current, [known]: byDefault } as Settings;
      refuseDisorder(next, known);
      refuseBadSubnets(next, known, listOwnAddresses);
      store.settings.remove(known);
      current = load(store);
      return current;
    },
  };
}

function findKey(key: string): SettingKey {
  const known = keys.find((candidate) => candidate === key);
  if (!known) throw new CafebootError('not_found', { kind: 'setting', name: key });
  return known;
}

/** Throws `invalid_value` where limits would come after one another in the wrong order. */
function refuseDisorder(settings: Settings, changed: SettingKey): void {
  for (const list of risingKeys) {
    const values = list.map((key) => settings[key]);
    const rises = values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
    if (rises || !list.some((key) => key === changed)) continue;
    const value = String(settings[changed]);
    const reason = { reason: list.join(' < '), reasonCode: 'order', order: list.join(' < ') };
    throw new CafebootError('invalid_value', { field: changed, value, ...reason });
  }
}

/** Throws `invalid_value` where full mode would have nothing to give, or something it may not give. */
function refuseBadSubnets(
  { dhcpMode, dhcpSubnets }: Settings,
  changed: SettingKey,
  listOwnAddresses: () => string[],
): void {
  if (changed !== 'dhcpMode' && changed !== 'dhcpSubnets') return;
  refuseOwnAddresses(parseSubnets(dhcpSubnets), listOwnAddresses());
  if (dhcpMode === 'proxy' || dhcpSubnets.length > 0) return;
  const value = changed === 'dhcpMode' ? dhcpMode : '[]';
  const reason = 'full mode gives addresses of a subnet: cafeboot subnet set';
  const context = { field: changed, value, reason, reasonCode: 'needs-subnet' };
  throw new CafebootError('invalid_value', context);
}

/** A stored value that no longer fits (an older program's) gives way to the default. */
function load(store: Store): Settings {
  const stored = store.settings.all();
  const entries = keys.map((key) => {
    const schema = settingsSchema.properties[key];
    return [key, Value.Check(schema, stored[key]) ? stored[key] : Value.Default(schema, undefined)];
  });
  return Object.fromEntries(entries) as Settings;
}
