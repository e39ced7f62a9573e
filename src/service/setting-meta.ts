import type { SettingKey } from './setting-list.ts';

/** In the order of the page. Each has a text in both languages under `settingGroup.<group>`. */
export const settingGroups = [
  'network',
  'new-pcs',
  'boot',
  'storage',
  'pool',
  'install',
  'power',
  'thrift',
  'history',
] as const;
export type SettingGroup = (typeof settingGroups)[number];

/** When a change counts; each has a text under `settingEffect.<effect>`. */
export const settingEffects = ['at-once', 'next-boot', 'restart'] as const;
export type SettingEffect = (typeof settingEffects)[number];

/** Each has a text under `unit.<unit>`. */
export const settingUnits = [
  'ms',
  'percent',
  'days',
  'digits',
  'versions',
  'backups',
  'per-second',
] as const;
export type SettingUnit = (typeof settingUnits)[number];

/** What a form has to know of a setting beyond its schema. */
export interface SettingMeta {
  group: SettingGroup;
  effect: SettingEffect;
  unit?: SettingUnit;
}

const percent = { group: 'pool', effect: 'at-once', unit: 'percent' } as const;
const pcs = { group: 'new-pcs', effect: 'at-once' } as const;
const install = { group: 'install', effect: 'next-boot' } as const;
const card = { group: 'power', effect: 'at-once' } as const;

/** In the order in which a group shows them. */
export const settingMeta: Record<SettingKey, SettingMeta> = {
  dhcpMode: { group: 'network', effect: 'restart' },
  dhcpForced: { group: 'network', effect: 'restart' },
  dhcpSubnets: { group: 'network', effect: 'at-once' },
  servedInterfaces: { group: 'network', effect: 'restart' },
  unknownHosts: pcs,
  hostPrefix: pcs,
  hostDigits: { ...pcs, unit: 'digits' },
  hostFirstAddress: pcs,
  rechain: { group: 'boot', effect: 'next-boot' },
  menuTimeoutMs: { group: 'boot', effect: 'next-boot', unit: 'ms' },
  targetPrefix: { group: 'storage', effect: 'next-boot' },
  volumeGroup: { group: 'storage', effect: 'restart' },
  thinPool: { group: 'storage', effect: 'restart' },
  readCache: { group: 'storage', effect: 'restart' },
  targetServer: { group: 'storage', effect: 'restart' },
  portalAddresses: { group: 'storage', effect: 'restart' },
  versionsKept: { group: 'pool', effect: 'at-once', unit: 'versions' },
  poolWarnPercent: percent,
  poolFreePercent: percent,
  poolRefusePercent: percent,
  poolMetadataWarnPercent: percent,
  poolMetadataFreePercent: percent,
  poolMetadataRefusePercent: percent,
  poolGrow: { group: 'pool', effect: 'at-once' },
  installMirror: install,
  installLocale: install,
  installTimeZone: install,
  installArguments: install,
  thriftCallers: { group: 'thrift', effect: 'at-once' },
  agentPort: card,
  powerPerSecond: { ...card, unit: 'per-second' },
  smyooBaseUrl: card,
  smyooPhone: card,
  smyooPassword: card,
  smyooAppId: card,
  smyooEndpointOs: card,
  smyooClientVersion: card,
  smyooDeviceId: card,
  smyooContext: card,
  smyooAreaId: card,
  smyooAutologin: card,
  smyooClientId: card,
  smyooClientSecret: card,
  backupHour: { group: 'history', effect: 'at-once' },
  backupsKept: { group: 'history', effect: 'at-once', unit: 'backups' },
  eventsKeptDays: { group: 'history', effect: 'at-once', unit: 'days' },
};
