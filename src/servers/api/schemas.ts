import { Type } from 'typebox';
import { firmwareChoices } from '../../boot/firmware.ts';
import { powerActions, powerMeans } from '../../service/power.ts';
import { diskFormats } from '../../service/transfers.ts';

/** Bodies and parameters of `/api/v1`, shared by its routes. Values are checked further by the use cases. */
const name = Type.String({ minLength: 1, maxLength: 64 });
const nullable = (maxLength: number) =>
  Type.Union([Type.String({ minLength: 1, maxLength }), Type.Null()]);
const strict = { additionalProperties: false };

const hostFields = {
  ip: Type.Optional(nullable(15)),
  group: Type.Optional(nullable(64)),
  entry: Type.Optional(nullable(64)),
  nextEntry: Type.Optional(nullable(64)),
  nextTool: Type.Optional(nullable(64)),
  super: Type.Optional(Type.Boolean()),
  overlay: Type.Optional(Type.Enum(['discard', 'keep'])),
  chap: Type.Optional(Type.Boolean()),
  firmware: Type.Optional(Type.Enum([...firmwareChoices])),
  power: Type.Optional(
    Type.Array(Type.Enum([...powerMeans]), { maxItems: powerMeans.length, uniqueItems: true }),
  ),
};
const mac = Type.String({ minLength: 12, maxLength: 17 });
export const newHost = Type.Object({ mac, name, ...hostFields }, strict);
export const hostChanges = Type.Object(
  { mac: Type.Optional(mac), name: Type.Optional(name), ...hostFields },
  strict,
);

/** The text of a CSV file; as a body of type text/csv it stands alone. */
export const hostList = Type.Object({ csv: Type.String() }, strict);
export const hostListQuery = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, strict);
export const hostCsvQuery = Type.Object({ language: Type.Optional(Type.Enum(['en', 'zh-CN'])) });

/** Without a name: the numbering plan's next. */
export const adoption = Type.Object({ name: Type.Optional(name) }, strict);
const groupName = Type.String({ minLength: 1, maxLength: 64 });
/** Exactly one of the ways to say which PCs. */
export const powerOrder = Type.Object(
  {
    action: Type.Enum([...powerActions]),
    hosts: Type.Optional(Type.Array(name, { minItems: 1, maxItems: 1_000 })),
    group: Type.Optional(groupName),
    all: Type.Optional(Type.Literal(true)),
  },
  { ...strict, minProperties: 2, maxProperties: 2 },
);

export const hostCapture = Type.Object({ image: name }, strict);

const filePath = Type.String({ pattern: '^/', maxLength: 4_096 });
const diskFormat = Type.Enum([...diskFormats]);
const note = Type.Optional(Type.String({ maxLength: 500 }));
const imageFields = {
  name,
  kind: Type.Enum(['os', 'data']),
  description: note,
};
export const newImage = Type.Object(
  { ...imageFields, sizeBytes: Type.Integer({ minimum: 512 }) },
  strict,
);
export const imageImport = Type.Object(
  { ...imageFields, path: filePath, format: Type.Optional(diskFormat) },
  strict,
);
export const versionImport = Type.Object(
  {
    path: filePath,
    format: Type.Optional(diskFormat),
    note,
  },
  strict,
);
export const imageExport = Type.Object(
  { path: filePath, format: diskFormat, version: Type.Optional(Type.Integer({ minimum: 1 })) },
  strict,
);

const uploadFile = {
  sizeBytes: Type.Integer({ minimum: 1 }),
  format: Type.Optional(diskFormat),
};
export const newUpload = Type.Object({ ...imageFields, ...uploadFile }, strict);
export const newVersionUpload = Type.Object({ ...uploadFile, note }, strict);
export const byUpload = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
export const uploadHeaders = Type.Object({ 'upload-offset': Type.Integer({ minimum: 0 }) });

const versionNumber = Type.Integer({ minimum: 1 });
export const publishing = Type.Object({ note }, strict);
export const pruning = Type.Object({ image: Type.Optional(name) }, strict);
export const rollback = Type.Object({ version: versionNumber }, strict);
export const growth = Type.Object({ sizeBytes: Type.Integer({ minimum: 512 }) }, strict);
export const byVersion = Type.Object({ name, number: versionNumber });

const diskName = Type.String({ pattern: '^/dev/', maxLength: 256 });
export const diskPlan = Type.Object(
  {
    disk: diskName,
    volumeGroup: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$' })),
    readCache: Type.Optional(Type.Boolean()),
    erase: Type.Optional(diskName),
  },
  strict,
);
export const cacheSwitch = Type.Object({ on: Type.Boolean() }, strict);

const entryFields = {
  description: Type.Optional(Type.String({ maxLength: 200 })),
  data: Type.Optional(Type.Array(name, { maxItems: 16, uniqueItems: true })),
};
export const newEntry = Type.Object({ name, os: name, ...entryFields }, strict);
export const entryChanges = Type.Object(
  {
    name: Type.Optional(name),
    os: Type.Optional(name),
    position: Type.Optional(Type.Integer({ minimum: 0 })),
    ...entryFields,
  },
  strict,
);

export const migrationFields = Type.Object(
  { from: filePath, disks: Type.Optional(filePath) },
  strict,
);
export const newBackup = Type.Object(
  { path: Type.Optional(filePath), images: Type.Optional(Type.Boolean()) },
  strict,
);
export const byBackup = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*\\.tar\\.zst$', maxLength: 100 }),
});
export const entryOrder = Type.Object(
  { names: Type.Array(name, { maxItems: 1_000, uniqueItems: true }) },
  strict,
);
/** Without a host: of a PC that is in no list. */
export const previewQuery = Type.Object({ host: Type.Optional(name) });

export const byName = Type.Object({ name });
export const byKey = Type.Object({ key: name });
export const byAddress = Type.Object({ address: Type.String({ minLength: 7, maxLength: 15 }) });
export const byId = Type.Object({ id: Type.Integer({ minimum: 1 }) });
export const settingValue = Type.Object({ value: Type.Unknown() }, strict);
export const reconcileOptions = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, strict);
export const sampleQuery = Type.Object({
  /** Epoch milliseconds. */
  since: Type.Optional(Type.Integer({ minimum: 0 })),
});
export const trafficQuery = Type.Object({
  /** Epoch milliseconds; else an hour ago. */
  from: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Seconds a point; else 60. */
  step: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
});
export const limitQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
});
export const eventQuery = Type.Object({
  host: Type.Optional(name),
  after: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
});
