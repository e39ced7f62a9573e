import { type Static, Type } from 'typebox';

const percent = (byDefault: number) =>
  Type.Integer({ minimum: 1, maximum: 99, default: byDefault });

/** Of an IPv4 address; with a leading zero it would be octal to some. */
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';

const address = Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$' });
const addresses = Type.Optional(Type.Array(address, { maxItems: 8 }));

const subnet = Type.Object(
  {
    subnet: Type.String({ maxLength: 18 }),
    range: Type.String({ maxLength: 40 }),
    routers: addresses,
    dnsServers: addresses,
    broadcast: Type.Optional(address),
    leaseSeconds: Type.Optional(Type.Integer({ minimum: 10, maximum: 31_536_000 })),
    options: Type.Optional(Type.Array(Type.String({ maxLength: 600 }), { maxItems: 64 })),
  },
  { additionalProperties: false },
);

const shortText = Type.String({ maxLength: 200, default: '' });

/** Every setting with its default, its unit in its name and its bounds; the order is the console's. */
export const settingsSchema = Type.Object({
  /** Who gives addresses: the cafe's router (`proxy`) or we. Counts from the next start on. */
  dhcpMode: Type.Enum(['proxy', 'full'], { default: 'proxy' }),
  /** Whether we give addresses even where another DHCP server answers. */
  dhcpForced: Type.Boolean({ default: false }),
  /**
   * Of which subnets we give addresses in full mode; see `SubnetFields`. One that none of our interfaces
   * is in is that of PCs behind a relay agent.
   */
  dhcpSubnets: Type.Array(subnet, { default: [], maxItems: 64 }),
  /** Interfaces that are served where no `--interface` says which; none: all. Counts from the next start on. */
  servedInterfaces: Type.Array(Type.String({ minLength: 1, maxLength: 15 }), {
    default: [],
    maxItems: 16,
  }),
  /**
   * What a PC that is in no list gets: no answer, its own disk, a screen where staff with the one-time
   * code give it a name, or the next number of the plan below.
   */
  unknownHosts: Type.Enum(['ignore', 'local', 'menu', 'adopt'], { default: 'menu' }),
  /** The numbering plan: number 7 is pc-007, at the seventh address from the first on (empty: none). */
  hostPrefix: Type.String({ pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.-]{0,23}$', default: 'pc-' }),
  hostDigits: Type.Integer({ minimum: 1, maximum: 6, default: 3 }),
  hostFirstAddress: Type.String({ pattern: `^(${octet}(\\.${octet}){3})?$`, default: '' }),
  /** Whether a NIC's own iPXE is replaced by ours before it gets its script. */
  rechain: Type.Enum(['never', 'always', 'missing-features'], { default: 'never' }),
  /** How long the boot menu waits before it boots the default entry; 0 shows no menu. */
  menuTimeoutMs: Type.Integer({ minimum: 0, maximum: 3_600_000, default: 5_000 }),
  /** Beginning of every target and initiator name, as in RFC 7143 section 4.2.7.3. */
  targetPrefix: Type.String({
    pattern: '^iqn\\.[0-9]{4}-[0-9]{2}\\.[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?$',
    default: 'iqn.2022-10.org.dbc.iscsi',
  }),
  /** Volume group for the disks; empty: files below the data directory. Counts from the next start on. */
  volumeGroup: Type.String({ pattern: '^([A-Za-z0-9_][A-Za-z0-9_-]{0,63})?$', default: '' }),
  /** Thin pool in that group: made where it is not there, adopted where it is. */
  thinPool: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$', default: 'cafeboot' }),
  /** Whether the group's disks are read through the server's memory; `cafeboot storage cache` changes it. */
  readCache: Type.Boolean({ default: false }),
  /** Who exports the disks; `auto`: the kernel's LIO where it has it. Counts from the next start on. */
  targetServer: Type.Enum(['auto', 'lio', 'tgt'], { default: 'auto' }),
  /** Addresses that PCs log in at; none: all. Counts from the next start on. */
  portalAddresses: Type.Array(Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$' }), {
    default: [],
    maxItems: 16,
  }),
  /** How many of an image's unpublished versions stay that nobody uses, the newest ones; 0: all. */
  versionsKept: Type.Integer({ minimum: 0, maximum: 1_000, default: 5 }),
  /** From so much of the pool's data on: a warning; room is made; nothing new is made. */
  poolWarnPercent: percent(80),
  poolFreePercent: percent(90),
  poolRefusePercent: percent(95),
  /** The same of its metadata: lvm makes no snapshots in the last quarter of a small one. */
  poolMetadataWarnPercent: percent(50),
  poolMetadataFreePercent: percent(60),
  poolMetadataRefusePercent: percent(70),
  /** Whether the pool takes what is free in its volume group before it is full. */
  poolGrow: Type.Boolean({ default: true }),
  /** What installers are told: where they get packages, language and region, time zone. */
  installMirror: Type.String({
    pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,100})(:[0-9]{1,5})?$',
    default: 'mirrors.tuna.tsinghua.edu.cn',
  }),
  installLocale: Type.String({
    pattern: '^[a-z]{2,3}_[A-Z]{2}(\\.UTF-8)?$',
    default: 'zh_CN.UTF-8',
  }),
  installTimeZone: Type.String({
    pattern: '^[A-Za-z]+(/[A-Za-z_]+){0,2}$',
    default: 'Asia/Shanghai',
  }),
  /** More words for the command line of an installer's kernel, such as `nomodeset`. */
  installArguments: Type.String({
    pattern: '^[A-Za-z0-9=,._:/@-]*( [A-Za-z0-9=,._:/@-]+)*$',
    default: '',
  }),
  /** Who may call the Thrift service: addresses, or networks such as 10.0.0.0/24. */
  thriftCallers: Type.Array(
    Type.String({ pattern: `^${octet}(\\.${octet}){3}(/([0-9]|[12][0-9]|3[0-2]))?$` }),
    { default: ['127.0.0.1'], maxItems: 256 },
  ),
  /** Where the guest agents inside PCs' OSes listen. */
  agentPort: Type.Integer({ minimum: 1, maximum: 65_535, default: 9090 }),
  /** How many PCs are switched on, off or over in one second. */
  powerPerSecond: Type.Integer({ minimum: 1, maximum: 100, default: 5 }),
  /** The account of the cloud power cards, and what the vendor gives its programs. */
  smyooBaseUrl: Type.String({ pattern: '^(https?://[^\\s]+)?$', maxLength: 200, default: '' }),
  smyooPhone: shortText,
  smyooPassword: shortText,
  smyooAppId: shortText,
  smyooEndpointOs: shortText,
  smyooClientVersion: shortText,
  smyooDeviceId: shortText,
  smyooContext: shortText,
  smyooAreaId: shortText,
  smyooAutologin: shortText,
  smyooClientId: shortText,
  smyooClientSecret: shortText,
  /** The hour of the day, by the server's clock, after which a backup is made, and how many such stay; 0: none. */
  backupHour: Type.Integer({ minimum: 0, maximum: 23, default: 5 }),
  backupsKept: Type.Integer({ minimum: 0, maximum: 365, default: 7 }),
  /** How long events are kept. */
  eventsKeptDays: Type.Integer({ minimum: 1, maximum: 3_650, default: 90 }),
});

export type Settings = Static<typeof settingsSchema>;
export type SettingKey = keyof Settings;

/** Whether it says where disks are: not to be changed while there are any. */
export const isStorageSetting = (key: string): boolean =>
  key === 'volumeGroup' || key === 'thinPool';

/** Whether nobody is shown its value: not in a list, not in the timeline. */
export const isSecretSetting = (key: string): boolean =>
  key === 'smyooPassword' || key === 'smyooClientSecret';

/** The settings as they may be shown. */
export function withoutSecrets(settings: Settings): Settings {
  const shown = Object.entries(settings).map(([key, value]) => [
    key,
    isSecretSetting(key) && value !== '' ? '***' : value,
  ]);
  return Object.fromEntries(shown) as Settings;
}
