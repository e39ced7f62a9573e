import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { LoginGuard } from './login-guard.ts';
import { hashToken, makeToken } from './secrets.ts';
import { noteUse } from './use-notes.ts';
import type { User, Users } from './users.ts';

export interface SessionDeps {
  store: Store;
  users: Users;
  guard: LoginGuard;
  now: () => number;
}

export interface PasswordChange {
  name: string;
  current: string;
  password: string;
  address: string;
  /** The cookie's secret of the session that goes on. */
  session: string;
}

export type Sessions = ReturnType<typeof createSessions>;

/** A console that nobody looks at is logged out after a day, and everybody after a month. */
const idleMs = 24 * 3_600_000;
const longestMs = 30 * 24 * 3_600_000;
/** Between two notes of when a session was last seen. */
const sawEveryMs = 60_000;

/** Logins of people. A session is a random secret that only its cookie holds; its hash is stored. */
export function createSessions({ store, users, guard, now }: SessionDeps) {
  function open(user: User, address: string): string {
    const token = makeToken();
    const at = now();
    store.sessions.prune(at - longestMs, at - idleMs);
    const session = { tokenHash: hashToken(token), userId: user.id, address };
    store.transaction(() => {
      store.sessions.add({ ...session, createdAt: at, seenAt: at });
      store.users.update(user.id, { lastLoginAt: at });
    });
    return token;
  }

  return {
    /** The cookie's secret. Throws `login_failed`, `login_locked` or `busy`. */
    async login(name: string, password: string, address: string) {
      guard.check(name, address);
      const user = await users.check(name, password);
      if (!user) {
        guard.failed(name, address);
        throw new CafebootError('login_failed');
      }
      guard.succeeded(user.name, address);
      return { user, token: open(user, address) };
    },

    /** By somebody who is logged in; ends their other sessions. Throws `password_wrong`, `password_weak`, `login_locked` or `busy`. */
    async changePassword(change: PasswordChange): Promise<void> {
      const { name, current, password, address, session } = change;
      guard.check(name, address);
      if (!(await users.check(name, current))) {
        guard.failed(name, address);
        throw new CafebootError('password_wrong');
      }
      await users.setPassword(name, password, hashToken(session));
    },

    /** For somebody who has just proved who it is in another way. */
    open,

    /** Whose it is, while it is valid; takes note that it is used. */
    find(token: string): User | undefined {
      const tokenHash = hashToken(token);
      const session = store.sessions.find(tokenHash);
      if (!session) return undefined;
      const at = now();
      if (at - session.seenAt > idleMs || at - session.createdAt > longestMs) {
        store.sessions.remove(tokenHash);
        return undefined;
      }
      if (at - session.seenAt > sawEveryMs) noteUse(() => store.sessions.saw(tokenHash, at));
      return users.findById(session.userId);
    },

    close: (token: string): void => store.sessions.remove(hashToken(token)),
  };
}
