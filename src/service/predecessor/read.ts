import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { CafebootError } from '../../errors.ts';
import { hasErrno } from '../../storage/errno.ts';
import type { DiskCacheContent } from '../../store/disk-cache.ts';
import type { Store } from '../../store/store.ts';
import {
  type OldRow,
  type Predecessor,
  toEntry,
  toHost,
  toImage,
  toRows,
  toSettings,
} from './predecessor.ts';

/** Where its files are, seen from what people call its directory: the project, its console, or the data. */
const folders = ['plotly/db', 'db', '.', 'plotly'];
const cacheFolders = ['', 'cache', '../cache', 'db', 'db/cache'];

/**
 * Reads a directory of DBC-CloudCyberCafe: its tables and settings, else the older config.json. Nothing in
 * it is changed or opened for writing. Throws `not_found` where there is neither, `invalid_value` for a file
 * that cannot be read.
 */
export async function readPredecessor(
  directory: string,
  store: Pick<Store, 'readDiskCache'>,
): Promise<Predecessor> {
  for (const folder of folders) {
    const place = join(directory, folder);
    const [hosts, entries] = [
      await readTable(place, 'host.csv'),
      await readTable(place, 'boot_menu.csv'),
    ];
    if (!hosts && !entries) continue;
    const images = (await readTable(place, 'os.csv')) ?? [];
    const disks = (await readTable(place, 'data_disk.csv')) ?? [];
    const { values, unreadable } = await readSettings(place, store);
    return {
      hosts: (hosts ?? []).map(toHost),
      images: [
        ...images.map((row) => toImage(row, 'os')),
        ...disks.map((row) => toImage(row, 'data')),
      ],
      entries: (entries ?? []).map(toEntry),
      settings: Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, String(value).trim()]),
      ),
      unreadable,
    };
  }
  return readConfig(directory);
}

async function readTable(place: string, name: string): Promise<OldRow[] | undefined> {
  const content = await readIfThere(join(place, name));
  if (content === undefined) return undefined;
  try {
    return parse(content, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw unreadable(join(place, name), error);
  }
}

async function readSettings(
  place: string,
  { readDiskCache }: Pick<Store, 'readDiskCache'>,
): Promise<DiskCacheContent> {
  for (const folder of cacheFolders) {
    const path = join(place, folder, 'cache.db');
    const staging = await mkdtemp(join(tmpdir(), 'cafeboot-migrate-'));
    try {
      const copy = join(staging, 'cache.db');
      await copyFile(path, copy);
      await copyFile(`${path}-wal`, `${copy}-wal`).catch(ignoreMissing);
      return readDiskCache(copy);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw unreadable(path, error);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
  return { values: {}, unreadable: [] };
}

async function readConfig(directory: string): Promise<Predecessor> {
  for (const folder of ['plotly', '.']) {
    const path = join(directory, folder, 'config.json');
    const content = await readIfThere(path);
    if (content === undefined) continue;
    try {
      const config = JSON.parse(content) as Record<string, unknown>;
      return {
        hosts: toRows(config.hosts).map(toHost),
        images: [
          ...toRows(config.operation_system).map((row) => toImage(row, 'os')),
          ...toRows(config.data_disk).map((row) => toImage(row, 'data')),
        ],
        entries: toRows(config.boot_menu).map(toEntry),
        settings: toSettings(config),
        unreadable: [],
      };
    } catch (error) {
      throw unreadable(path, error);
    }
  }
  throw new CafebootError('not_found', { kind: 'predecessor', name: directory });
}

const readIfThere = (path: string) => readFile(path, 'utf8').catch(ignoreMissing);

function ignoreMissing(error: unknown): undefined {
  if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return undefined;
  throw error;
}

function unreadable(path: string, error: unknown): CafebootError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CafebootError(
    'invalid_value',
    { field: 'file', value: path, reason },
    { cause: error },
  );
}
