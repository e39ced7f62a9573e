import { access, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startOffline } from './appliance.ts';
import type { ApplianceDeps } from './appliance-deps.ts';
import { CafebootError } from './errors.ts';
import { pathsOf } from './paths.ts';
import { databaseName } from './service/backup/manifest.ts';
import type { RestoreReport } from './service/backup/report.ts';
import type { RestoreOptions } from './service/backup/restoration.ts';
import { unpackBackup } from './service/backup/unpack.ts';
import { createSettings } from './service/settings.ts';
import type { NativeBinding } from './store/database.ts';
import { openStore } from './store/store.ts';

export interface RestoreRequest {
  file: string;
  /** Also where there are PCs, images or entries, which are replaced. */
  force: boolean;
  /** Other than the backup's; empty: files below the data directory. */
  volumeGroup?: string | undefined;
}

/**
 * Puts a backup into the data directory of a server that does not run, and what it has of images into the
 * pool. Nothing is touched before the whole backup has been read and found undamaged. The database that was
 * there before stays beside it. Throws `data_dir_busy`, `data_dir_in_use`, `backup_bad`, `backup_newer`, and
 * as opening the storage does.
 */
export async function restoreBackup(
  deps: ApplianceDeps,
  { file, force, volumeGroup }: RestoreRequest,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const { dataDir } = deps.config;
  const addon = deps.shipped.sqliteAddon();
  await mkdir(dataDir, { recursive: true });
  if (!(await isEmpty(dataDir, addon)) && !force) {
    throw new CafebootError('data_dir_in_use', { path: dataDir });
  }
  const staging = await mkdtemp(join(dataDir, '.restoring-'));
  try {
    const { manifest, files } = await unpackBackup(file, staging, options);
    setVolumeGroup(join(staging, databaseName), volumeGroup, addon);
    await putInPlace(dataDir, staging);
    const { services, close } = await startOffline(deps);
    try {
      const images = await services.restoration.fillPool(file, manifest, options);
      const hosts = services.hosts.list().length;
      const entries = services.entries.list().length;
      const { createdAt, leftOut } = manifest;
      return { createdAt, hosts, entries, files: files.length, images, leftOut };
    } finally {
      await close();
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Also finds out whether a server has it open. */
async function isEmpty(dataDir: string, addon: NativeBinding | undefined): Promise<boolean> {
  const { database } = pathsOf(dataDir);
  if (!(await exists(database))) return true;
  const store = openStore(database, addon);
  try {
    const lists = [store.hosts.list(), store.images.list(), store.entries.list()];
    return lists.every(({ length }) => length === 0);
  } finally {
    store.close();
  }
}

/** Brings the database up to this program's schema as well, which shows that it can be opened. */
function setVolumeGroup(
  database: string,
  volumeGroup: string | undefined,
  addon: NativeBinding | undefined,
): void {
  const store = openStore(database, addon);
  try {
    const settings = createSettings(store);
    if (volumeGroup !== undefined) settings.set('volumeGroup', volumeGroup);
  } finally {
    store.close();
  }
}

async function putInPlace(dataDir: string, staging: string): Promise<void> {
  const { database } = pathsOf(dataDir);
  for (const folder of ['boot', 'tftp']) {
    const from = join(staging, folder);
    if (await exists(from)) await cp(from, join(dataDir, folder), { recursive: true });
  }
  if (await exists(database)) await rename(database, `${database}.before-restore`);
  for (const suffix of ['-wal', '-shm']) await rm(database + suffix, { force: true });
  await rename(join(staging, databaseName), database);
}
