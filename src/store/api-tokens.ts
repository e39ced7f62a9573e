import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** What a program shows to the API on behalf of a user. Times are epoch milliseconds. */
export type ApiTokenRow = Selectable<Schema['apiTokens']>;

export function createApiTokenRepository({ sql, all, find, run }: Queries) {
  const tokens = sql.selectFrom('apiTokens').selectAll();
  return {
    list: (): ApiTokenRow[] => all(tokens.orderBy('id')),
    find: (id: number): ApiTokenRow | undefined => find(tokens.where('id', '=', id)),
    findByHash: (tokenHash: string): ApiTokenRow | undefined =>
      find(tokens.where('tokenHash', '=', tokenHash)),
    add: (token: Omit<ApiTokenRow, 'id' | 'usedAt'>): number =>
      run(sql.insertInto('apiTokens').values({ ...token, usedAt: null })).insertedId,
    used(id: number, usedAt: number): void {
      run(sql.updateTable('apiTokens').set({ usedAt }).where('id', '=', id));
    },
    remove(id: number): void {
      run(sql.deleteFrom('apiTokens').where('id', '=', id));
    },
  };
}
