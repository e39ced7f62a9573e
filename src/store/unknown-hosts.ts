import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** A PC that asked to boot and is in no list yet. Times are epoch milliseconds. */
export type UnknownHost = Selectable<Schema['unknownHosts']>;

/** A flood of forged MACs must not grow the database: only the latest are kept. */
const keptRows = 1_000;

export function createUnknownHostRepository({ sql, all, run, transaction }: Queries) {
  return {
    /** Latest first. */
    list: (): UnknownHost[] =>
      all(sql.selectFrom('unknownHosts').selectAll().orderBy('lastSeenAt', 'desc')),
    /** Adds or refreshes a batch in one transaction. */
    record(seen: UnknownHost[]): void {
      transaction(() => {
        for (const host of seen) {
          const { arch, vendorClass, lastSeenAt } = host;
          run(
            sql
              .insertInto('unknownHosts')
              .values(host)
              .onConflict((conflict) =>
                conflict.column('mac').doUpdateSet({ arch, vendorClass, lastSeenAt }),
              ),
          );
        }
        const latest = sql
          .selectFrom('unknownHosts')
          .select('mac')
          .orderBy('lastSeenAt', 'desc')
          .limit(keptRows);
        run(sql.deleteFrom('unknownHosts').where('mac', 'not in', latest));
      });
    },
    remove(mac: string): void {
      run(sql.deleteFrom('unknownHosts').where('mac', '=', mac));
    },
  };
}
