import { CafebootError } from '../errors.ts';
import type { ApiTokenRow } from '../store/api-tokens.ts';
import type { Store } from '../store/store.ts';
import { parseLabel } from './fields.ts';
import { hashToken, makeToken } from './secrets.ts';
import { noteUse } from './use-notes.ts';
import type { User, Users } from './users.ts';

/** A program's way in, as it may be shown. Times are epoch milliseconds. */
export interface ApiToken {
  id: number;
  name: string;
  user: string;
  createdAt: number;
  usedAt: number | null;
}

export interface ApiTokenDeps {
  store: Store;
  users: Users;
  now: () => number;
}

export type ApiTokens = ReturnType<typeof createApiTokens>;

/** By this, people and scanners of repositories know one when they see it. */
const prefix = 'cafeboot_';
const usedEveryMs = 60_000;

/** What programs show to the API: each acts as the user it was made for, with that user's role of today. */
export function createApiTokens({ store, users, now }: ApiTokenDeps) {
  const present = ({ id, name, userId, createdAt, usedAt }: ApiTokenRow): ApiToken => ({
    ...{ id, name, createdAt, usedAt },
    user: users.findById(userId)?.name ?? '',
  });

  return {
    list: (): ApiToken[] => store.apiTokens.list().map(present),

    /** The token itself is seen this once. Throws `already_exists` for a name that the user has given before. */
    add(userName: string, name: string): ApiToken & { token: string } {
      const token = `${prefix}${makeToken()}`;
      const { id: userId } = users.get(userName);
      const id = store.apiTokens.add({
        ...{ userId, name: parseLabel('name', name) },
        tokenHash: hashToken(token),
        createdAt: now(),
      });
      const row = store.apiTokens.find(id);
      if (!row) throw new CafebootError('internal');
      return { ...present(row), token };
    },

    /** Whose it is. */
    find(token: string): User | undefined {
      const row = store.apiTokens.findByHash(hashToken(token));
      if (!row) return undefined;
      if (now() - (row.usedAt ?? 0) > usedEveryMs) {
        noteUse(() => store.apiTokens.used(row.id, now()));
      }
      return users.findById(row.userId);
    },

    /** Only this user's, where one is named. Throws `not_found`. */
    remove(id: number, userName?: string): void {
      const row = store.apiTokens.find(id);
      const isTheirs = row && (userName === undefined || present(row).user === userName);
      if (!isTheirs) throw new CafebootError('not_found', { kind: 'token', name: id });
      store.apiTokens.remove(id);
    },
  };
}
