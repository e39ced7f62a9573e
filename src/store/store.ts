import { createApiTokenRepository } from './api-tokens.ts';
import { createAuditRepository } from './audit.ts';
import { createBootWayRepository } from './boot-ways.ts';
import { createCaptureRepository } from './captures.ts';
import { type NativeBinding, openDatabase } from './database.ts';
import { readDiskCache } from './disk-cache.ts';
import { createEntryRepository } from './entries.ts';
import { createEventRepository } from './events.ts';
import { createHostRepository } from './hosts.ts';
import { createImageRepository } from './images.ts';
import { createLeaseRepository } from './leases.ts';
import { migrations } from './migrations/index.ts';
import { createOsReportRepository } from './os-reports.ts';
import { createOverlayRepository } from './overlays.ts';
import { createPoolSampleRepository } from './pool-samples.ts';
import { createSessionRepository } from './sessions.ts';
import { createSettingRepository } from './settings.ts';
import { createTaskRepository } from './tasks.ts';
import { createTrafficMinuteRepository } from './traffic-minutes.ts';
import { createUnknownHostRepository } from './unknown-hosts.ts';
import { createUnwantedVolumeRepository } from './unwanted-volumes.ts';
import { createUserRepository } from './users.ts';

/** Everything that is stored, one repository per noun. */
/** What `user_version` is once a database has been opened. */
export const schemaVersion = migrations.length;

export type Store = ReturnType<typeof openStore>;

/** Opens the database file (or `:memory:`) and migrates it. */
export function openStore(path: string, addon?: NativeBinding) {
  const db = openDatabase({ path, addon });
  return {
    settings: createSettingRepository(db),
    hosts: createHostRepository(db),
    bootWays: createBootWayRepository(db),
    unknownHosts: createUnknownHostRepository(db),
    images: createImageRepository(db),
    entries: createEntryRepository(db),
    osReports: createOsReportRepository(db),
    overlays: createOverlayRepository(db),
    captures: createCaptureRepository(db),
    events: createEventRepository(db),
    tasks: createTaskRepository(db),
    leases: createLeaseRepository(db),
    trafficMinutes: createTrafficMinuteRepository(db),
    poolSamples: createPoolSampleRepository(db),
    unwantedVolumes: createUnwantedVolumeRepository(db),
    users: createUserRepository(db),
    sessions: createSessionRepository(db),
    apiTokens: createApiTokenRepository(db),
    audit: createAuditRepository(db),
    transaction: db.transaction,
    backupTo: db.backupTo,
    /** Of another program's database, see disk-cache.ts. */
    readDiskCache: (file: string) => readDiskCache(file, addon),
    close: db.close,
  };
}
