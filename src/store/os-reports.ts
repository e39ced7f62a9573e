import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** What a host's OS told of itself when it was last up; `inventory` is JSON. Times are epoch milliseconds. */
export type OsReportRow = Selectable<Schema['osReports']>;

export function createOsReportRepository({ sql, find, run }: Queries) {
  return {
    find: (hostId: number): OsReportRow | undefined =>
      find(sql.selectFrom('osReports').selectAll().where('hostId', '=', hostId)),
    /** In place of the one before. */
    set({ hostId, ...report }: OsReportRow): void {
      run(
        sql
          .insertInto('osReports')
          .values({ hostId, ...report })
          .onConflict((conflict) => conflict.column('hostId').doUpdateSet(report)),
      );
    },
  };
}
