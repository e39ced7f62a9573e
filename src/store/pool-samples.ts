import { sql as rawSql, type Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** How full the pool was at a time; metadata is null where the store has no separate space for it. */
export type PoolSample = Selectable<Schema['poolSamples']>;

const hourMs = 3_600_000;

/** A bounded history of the pool, for forecasts and charts. */
export function createPoolSampleRepository({ sql, all, run, transaction }: Queries) {
  return {
    add(sample: PoolSample): void {
      const { at, ...values } = sample;
      run(
        sql
          .insertInto('poolSamples')
          .values(sample)
          .onConflict((conflict) => conflict.column('at').doUpdateSet(values)),
      );
    },
    /** In order of time, from `since` on. */
    list: (since: number): PoolSample[] =>
      all(sql.selectFrom('poolSamples').selectAll().where('at', '>=', since).orderBy('at')),
    /** Before `hourlyBefore` only each hour's fullest sample is kept; before `forgetBefore`, none. */
    thin({ hourlyBefore, forgetBefore }: { hourlyBefore: number; forgetBefore: number }): void {
      transaction(() => {
        run(sql.deleteFrom('poolSamples').where('at', '<', forgetBefore));
        // SQLite takes `at` from the row that has the maximum. A bound number would divide as a real one.
        const fullest = sql
          .selectFrom('poolSamples')
          .select(({ fn }) => ['at', fn.max('usedBytes').as('usedBytes')])
          .where('at', '<', hourlyBefore)
          .groupBy(({ eb }) => eb('at', '/', rawSql.lit(hourMs)));
        const kept = sql.selectFrom(fullest.as('fullest')).select('at');
        run(
          sql.deleteFrom('poolSamples').where('at', '<', hourlyBefore).where('at', 'not in', kept),
        );
      });
    },
  };
}
