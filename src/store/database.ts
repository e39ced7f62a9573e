import Database from 'better-sqlite3';
import { CafebootError } from '../errors.ts';
import { migrations } from './migrations/index.ts';
import { createQueries, type Queries } from './queries.ts';

export interface OpenOptions {
  /** A file, or `:memory:`. */
  path: string;
}

/** The open database: typed queries, and a way to close it. */
export interface OpenDatabase extends Queries {
  close(): void;
}

/**
 * Opens the database and brings its schema up to date. WAL with full syncs: a power cut loses
 * nothing that a caller was told is stored. Throws `database_newer` where a newer program has
 * migrated the file.
 */
export function openDatabase({ path }: OpenOptions): OpenDatabase {
  const sqlite = new Database(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('busy_timeout = 5000');
  migrate(sqlite, path);
  // After migrating: a migration may have to rebuild a table that others refer to.
  sqlite.pragma('foreign_keys = ON');
  return { ...createQueries(sqlite), close: () => void sqlite.close() };
}

function migrate(sqlite: Database.Database, path: string): void {
  const version = Number(sqlite.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    sqlite.close();
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
