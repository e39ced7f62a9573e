import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** Something that somebody changed. `at` is epoch milliseconds. */
export type AuditRow = Selectable<Schema['audit']>;

export interface AuditFilter {
  user?: string;
  /** Only what was done to something with this in its name. */
  text?: string;
  /** Only older ones than the one with this id. */
  beforeId?: number;
  /** Default 100. */
  limit?: number;
}

export function createAuditRepository({ sql, all, find, run }: Queries) {
  return {
    add(entry: Omit<AuditRow, 'id'>): void {
      run(sql.insertInto('audit').values(entry));
    },
    /** Latest first. */
    list({ user, text, beforeId, limit = 100 }: AuditFilter = {}): AuditRow[] {
      let query = sql.selectFrom('audit').selectAll();
      if (user !== undefined) query = query.where('user', '=', user);
      if (text !== undefined) {
        query = query.where(({ fn, val }) => fn('instr', ['target', val(text)]), '>', 0);
      }
      if (beforeId !== undefined) query = query.where('id', '<', beforeId);
      return all(query.orderBy('id', 'desc').limit(limit));
    },
    /** Forgets what is older than `at`, and all but the latest `kept`. */
    prune(at: number, kept: number): void {
      const last = find(sql.selectFrom('audit').select(({ fn }) => fn.max('id').as('id')))?.id ?? 0;
      run(
        sql
          .deleteFrom('audit')
          .where(({ or, eb }) => or([eb('at', '<', at), eb('id', '<=', last - kept)])),
      );
    },
  };
}
