import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** An address that was given to a client. Times are epoch milliseconds. */
export type LeaseRow = Selectable<Schema['leases']>;

export function createLeaseRepository({ sql, all, run, transaction }: Queries) {
  return {
    list: (): LeaseRow[] => all(sql.selectFrom('leases').selectAll()),
    /** Adds or replaces all of them; they are on the disk when this returns. */
    put(leases: readonly LeaseRow[]): void {
      transaction(() => {
        for (const lease of leases) {
          const { address, ...values } = lease;
          run(
            sql
              .insertInto('leases')
              .values(lease)
              .onConflict((conflict) => conflict.column('address').doUpdateSet(values)),
          );
        }
      });
    },
    remove: (address: string): number =>
      run(sql.deleteFrom('leases').where('address', '=', address)).changes,
    /** Forgets those that ended before `at`. */
    prune(at: number): void {
      run(sql.deleteFrom('leases').where('endsAt', '<', at));
    },
  };
}
