import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** A login that goes on. Times are epoch milliseconds. */
export type SessionRow = Selectable<Schema['sessions']>;

export function createSessionRepository({ sql, all, find, run }: Queries) {
  return {
    find: (tokenHash: string): SessionRow | undefined =>
      find(sql.selectFrom('sessions').selectAll().where('tokenHash', '=', tokenHash)),
    ofUser: (userId: number): SessionRow[] =>
      all(sql.selectFrom('sessions').selectAll().where('userId', '=', userId)),
    add(session: SessionRow): void {
      run(sql.insertInto('sessions').values(session));
    },
    saw(tokenHash: string, seenAt: number): void {
      run(sql.updateTable('sessions').set({ seenAt }).where('tokenHash', '=', tokenHash));
    },
    remove(tokenHash: string): void {
      run(sql.deleteFrom('sessions').where('tokenHash', '=', tokenHash));
    },
    /** All of a user's but the one with this hash, where one is named. */
    removeOfUser(userId: number, exceptHash = ''): void {
      run(
        sql
          .deleteFrom('sessions')
          .where('userId', '=', userId)
          .where('tokenHash', '!=', exceptHash),
      );
    },
    /** Those begun, or seen for the last time, before these times. */
    prune(createdBefore: number, seenBefore: number): void {
      run(
        sql
          .deleteFrom('sessions')
          .where(({ or, eb }) =>
            or([eb('createdAt', '<', createdBefore), eb('seenAt', '<', seenBefore)]),
          ),
      );
    },
  };
}
