import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { CafebootError } from '../errors.ts';
import { migrations } from './migrations/index.ts';
import { createQueries, type Queries } from './queries.ts';

/** A native module, loaded. */
export type NativeBinding = object;

/** As an option of better-sqlite3, whose types know paths alone. */
export const bindingOf = (addon: NativeBinding | undefined) =>
  addon === undefined ? {} : { nativeBinding: addon as unknown as string };

export interface OpenOptions {
  /** A file, or `:memory:`. */
  path: string;
  /** SQLite's addon, where it is not to be found in node_modules. */
  addon?: NativeBinding | undefined;
}

/** A command-line call that works on the store itself is over in less. */
const busyTimeoutMs = 3_000;

/** The open database: typed queries, and a way to close it. */
export interface OpenDatabase extends Queries {
  /** Writes a consistent copy to a new file while this one is used. */
  backupTo(path: string): Promise<void>;
  close(): void;
}

/**
 * Opens the database and brings its schema up to date. WAL with full syncs: a power cut loses
 * nothing that a caller was told is stored. Throws `database_newer` where a newer program has
 * migrated the file, `data_dir_busy` where another process has it open.
 */
export function openDatabase({ path, addon }: OpenOptions): OpenDatabase {
  // It holds the PCs' secrets; what SQLite puts beside it gets the same mode.
  if (path !== ':memory:') {
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  }
  const sqlite = new Database(path, {
    timeout: busyTimeoutMs,
    ...bindingOf(addon),
  });
  try {
    // Exclusive: the data directory belongs to one process at a time, and a crash frees it by itself.
    sqlite.pragma('locking_mode = EXCLUSIVE');
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    migrate(sqlite, path);
  } catch (error) {
    sqlite.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new CafebootError('data_dir_busy', { path }, { cause: error });
  }
  // After migrating: a migration may have to rebuild a table that others refer to.
  sqlite.pragma('foreign_keys = ON');
  return {
    ...createQueries(sqlite),
    backupTo: async (path) => void (await sqlite.backup(path)),
    close: () => void sqlite.close(),
  };
}

function migrate(sqlite: Database.Database, path: string): void {
  const version = Number(sqlite.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new CafebootError('database_newer', { path, version, known: migrations.length });
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${index + 1}`);
    })();
  }
}
