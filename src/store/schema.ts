import type { Generated } from 'kysely';

/** The tables as the newest migration leaves them; see `migrations/` for units. */
export interface Schema {
  settings: { key: string; value: string };
  groups: { id: Generated<number>; name: string };
  images: {
    id: Generated<number>;
    name: string;
    kind: ImageKind;
    description: string;
    sizeBytes: number;
    publishedVersionId: number | null;
    lastVersion: Generated<number>;
    createdAt: number;
  };
  versions: {
    id: Generated<number>;
    imageId: number;
    number: number;
    note: string;
    volume: string;
    sizeBytes: number;
    state: VersionState;
    createdAt: number;
  };
  drafts: {
    imageId: number;
    baseVersionId: number;
    volume: string;
    sizeBytes: number;
    createdAt: number;
  };
  unwantedVolumes: { volume: string };
  captures: {
    hostId: number;
    imageId: number;
    target: string | null;
    chapSecret: string | null;
  };
  entries: {
    id: Generated<number>;
    name: string;
    description: string;
    osImageId: number;
    position: number;
    editorHostId: Generated<number | null>;
    editorChapSecret: Generated<string | null>;
  };
  entryDataImages: { entryId: number; imageId: number; position: number };
  hosts: {
    id: Generated<number>;
    mac: string;
    name: string;
    ip: string | null;
    groupId: number | null;
    entryId: number | null;
    super: 0 | 1;
    overlay: OverlayPolicy;
    chap: 0 | 1;
    chapSecret: string;
    firmware: Generated<FirmwareChoice>;
    nextEntryId: Generated<number | null>;
    nextTool: Generated<string | null>;
    power: Generated<string>;
    createdAt: number;
  };
  bootWays: {
    hostId: number;
    platform: string;
    file: string;
    offer: 'boot-server' | 'direct' | 'plain';
    worked: 0 | 1;
  };
  osReports: {
    hostId: number;
    reportedAt: number;
    address: string;
    os: string;
    version: string;
    bootedAt: number | null;
    inventory: string | null;
  };
  unknownHosts: {
    mac: string;
    arch: number;
    vendorClass: string;
    firstSeenAt: number;
    lastSeenAt: number;
  };
  overlays: {
    id: Generated<number>;
    hostId: number;
    entryId: number;
    imageId: number;
    versionId: number;
    volume: string;
    policy: OverlayPolicy;
    createdAt: number;
    usedAt: number | null;
    target: string | null;
    lun: number | null;
    chapSecret: string | null;
  };
  events: {
    id: Generated<number>;
    at: number;
    kind: string;
    level: EventLevel;
    mac: string | null;
    data: string;
  };
  leases: {
    address: string;
    client: string;
    state: StoredLeaseState;
    startsAt: number;
    endsAt: number;
    hostName: string | null;
  };
  poolSamples: {
    at: number;
    totalBytes: number;
    usedBytes: number;
    metadataTotalBytes: number | null;
    metadataUsedBytes: number | null;
  };
  trafficMinutes: {
    at: number;
    iscsiReadBytes: number;
    iscsiWrittenBytes: number;
    tftpBytes: number;
    httpBytes: number;
    boots: number;
    sessions: number;
    poolUsedBytes: number | null;
  };
  taskLines: {
    id: Generated<number>;
    taskId: number;
    at: number;
    code: string;
    data: string;
  };
  tasks: {
    id: Generated<number>;
    kind: string;
    subject: string;
    state: TaskState;
    doneBytes: Generated<number>;
    totalBytes: Generated<number>;
    error: string | null;
    createdAt: number;
    endedAt: number | null;
  };
  users: {
    id: Generated<number>;
    name: string;
    role: Role;
    passwordHash: string;
    createdAt: number;
    lastLoginAt: number | null;
  };
  sessions: {
    tokenHash: string;
    userId: number;
    address: string;
    createdAt: number;
    seenAt: number;
  };
  apiTokens: {
    id: Generated<number>;
    userId: number;
    name: string;
    tokenHash: string;
    createdAt: number;
    usedAt: number | null;
  };
  audit: {
    id: Generated<number>;
    at: number;
    user: string;
    method: string;
    route: string;
    target: string;
    address: string;
  };
}

export type Role = 'admin' | 'operator' | 'viewer';
export type ImageKind = 'os' | 'data';
export type VersionState = 'making' | 'ready';
export type PowerMeans = 'agent' | 'wol' | 'smyoo';
export type OverlayPolicy = 'discard' | 'keep';
export type StoredLeaseState = 'bound' | 'released' | 'declined';
export type FirmwareChoice = 'auto' | 'undionly' | 'ipxe' | 'snponly' | 'http' | 'local';
export type EventLevel = 'info' | 'warn' | 'error';
export type TaskState = 'running' | 'done' | 'failed' | 'cancelled';
