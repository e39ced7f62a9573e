import type { Store } from '../store/store.ts';
import { createApiTokens } from './api-tokens.ts';
import { createAudit } from './audit.ts';
import { createLoginGuard } from './login-guard.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';

export interface PeopleDeps {
  store: Store;
  now: () => number;
  /** Default: as dear as it should be. */
  passwords?: Passwords;
}

/** Who may do what, how they prove who they are, and what they did. */
export function createPeople({ store, now, passwords = createPasswords() }: PeopleDeps) {
  const users = createUsers({ store, passwords, now });
  return {
    users,
    logins: createSessions({ store, users, guard: createLoginGuard({ now }), now }),
    apiTokens: createApiTokens({ store, users, now }),
    audit: createAudit({ store, now }),
  };
}
