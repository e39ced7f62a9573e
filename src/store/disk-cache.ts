import Database from 'better-sqlite3';
import { bindingOf, type NativeBinding } from './database.ts';

/** What a `diskcache` file of the system before this one holds. */
export interface DiskCacheContent {
  /** Texts and numbers by key. */
  values: Record<string, string | number>;
  /** Keys whose value is a pickled Python object, or in a file beside. */
  unreadable: string[];
}

/** Column `mode` of python-diskcache's table: the value is in its column as it is. */
const rawMode = 1;

/**
 * Reads the `cache.db` of python-diskcache. SQLite may write beside a file even to read it, so the caller
 * gives a copy. Throws as SQLite does for what is no such file.
 */
export function readDiskCache(path: string, addon?: NativeBinding): DiskCacheContent {
  const sqlite = new Database(path, { fileMustExist: true, ...bindingOf(addon) });
  try {
    const rows = sqlite.prepare('SELECT key, value, mode FROM Cache').all() as {
      key: unknown;
      value: unknown;
      mode?: number;
    }[];
    const content: DiskCacheContent = { values: {}, unreadable: [] };
    for (const { key, value, mode } of rows) {
      const isPlain = typeof value === 'string' || typeof value === 'number';
      if (isPlain && mode === rawMode) content.values[String(key)] = value;
      else content.unreadable.push(String(key));
    }
    return content;
  } finally {
    sqlite.close();
  }
}
