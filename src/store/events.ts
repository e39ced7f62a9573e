import type { Queries } from './queries.ts';
import type { EventLevel } from './schema.ts';

/** Something that happened, for timelines. `at` is epoch milliseconds; `data` is the kind's own. */
export interface EventRow {
  id: number;
  at: number;
  kind: string;
  level: EventLevel;
  mac: string | null;
  data: Record<string, unknown>;
}

export interface EventFilter {
  mac?: string;
  /** Only events after this id. */
  afterId?: number;
  /** Only events before this id. */
  beforeId?: number;
  /** Only these levels. */
  levels?: readonly EventLevel[];
  /** Only events from then on, in epoch milliseconds. */
  since?: number;
  /** Only kinds that begin so. */
  kindPrefix?: string;
  /** The latest so many, still in order of time. Default 500. */
  limit?: number;
}

export function createEventRepository({ sql, all, find, run, transaction }: Queries) {
  return {
    /** In one transaction; returns the ids given, in the order of `events`. */
    add: (events: Omit<EventRow, 'id'>[]): number[] =>
      transaction(() =>
        events.map((event) => {
          const row = { ...event, data: JSON.stringify(event.data) };
          return run(sql.insertInto('events').values(row)).insertedId;
        }),
      ),
    /** In order of time. */
    list({ limit = 500, ...filter }: EventFilter = {}): EventRow[] {
      const { mac, afterId, beforeId, levels, since, kindPrefix } = filter;
      let query = sql.selectFrom('events').selectAll();
      if (mac !== undefined) query = query.where('mac', '=', mac);
      if (afterId !== undefined) query = query.where('id', '>', afterId);
      if (beforeId !== undefined) query = query.where('id', '<', beforeId);
      if (levels !== undefined) query = query.where('level', 'in', levels);
      if (since !== undefined) query = query.where('at', '>=', since);
      // A range, since it means the letters themselves: `_` is one of LIKE's.
      if (kindPrefix !== undefined) {
        query = query.where('kind', '>=', kindPrefix).where('kind', '<', `${kindPrefix}\uffff`);
      }
      return all(query.orderBy('id', 'desc').limit(limit))
        .reverse()
        .map((row) => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> }));
    },
    /** Forgets what is older than `at` and all but the latest `kept`. */
    prune(at: number, kept: number): void {
      const last =
        find(sql.selectFrom('events').select(({ fn }) => fn.max('id').as('id')))?.id ?? 0;
      run(
        sql
          .deleteFrom('events')
          .where(({ or, eb }) => or([eb('at', '<', at), eb('id', '<=', last - kept)])),
      );
    },
  };
}
