import { sql as rawSql, type Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** What went through the server in one minute, or in the several that a query puts together. */
export type TrafficMinute = Selectable<Schema['trafficMinutes']>;

const totals = ['iscsiReadBytes', 'iscsiWrittenBytes', 'tftpBytes', 'httpBytes', 'boots'] as const;

/** The traffic of the last weeks, by the minute. */
export function createTrafficMinuteRepository({ sql, all, run }: Queries) {
  return {
    /** A minute that a restart has cut in two is put together again. */
    add(minute: TrafficMinute): void {
      run(
        sql
          .insertInto('trafficMinutes')
          .values(minute)
          .onConflict((conflict) =>
            conflict.column('at').doUpdateSet(({ eb, ref }) => ({
              ...Object.fromEntries(
                totals.map((column) => [
                  column,
                  eb(`trafficMinutes.${column}`, '+', ref(`excluded.${column}`)),
                ]),
              ),
              sessions: ref('excluded.sessions'),
              poolUsedBytes: ref('excluded.poolUsedBytes'),
            })),
          ),
      );
    },
    /** In order of time, from `since` on, put together by `stepMs`: totals, and the most of the rest. */
    list(since: number, stepMs: number): TrafficMinute[] {
      const step = rawSql.lit(stepMs);
      return all(
        sql
          .selectFrom('trafficMinutes')
          .select(({ fn }) => [
            rawSql<number>`at / ${step} * ${step}`.as('at'),
            ...totals.map((column) => fn.sum<number>(column).as(column)),
            fn.max('sessions').as('sessions'),
            fn.max('poolUsedBytes').as('poolUsedBytes'),
          ])
          .where('at', '>=', since)
          .groupBy(rawSql`at / ${step}`)
          .orderBy('at'),
      ) as TrafficMinute[];
    },
    prune(before: number): void {
      run(sql.deleteFrom('trafficMinutes').where('at', '<', before));
    },
  };
}
