import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** Somebody who may log in. `passwordHash` says how it was made. Times are epoch milliseconds. */
export type UserRow = Selectable<Schema['users']>;

export function createUserRepository({ sql, all, find, run }: Queries) {
  const users = sql.selectFrom('users').selectAll();
  return {
    list: (): UserRow[] => all(users.orderBy('name')),
    /** A name in any case. */
    find<Key extends 'id' | 'name'>(key: Key, value: UserRow[Key]): UserRow | undefined {
      return find(users.where(key as 'name', '=', value as string));
    },
    add: (user: Omit<UserRow, 'id' | 'lastLoginAt'>): number =>
      run(sql.insertInto('users').values({ ...user, lastLoginAt: null })).insertedId,
    update(id: number, changes: Partial<Omit<UserRow, 'id'>>): void {
      run(sql.updateTable('users').set(changes).where('id', '=', id));
    },
    /** With their sessions and tokens. */
    remove(id: number): void {
      run(sql.deleteFrom('users').where('id', '=', id));
    },
  };
}
