import { CafebootError } from '../errors.ts';
import type { Role } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { UserRow } from '../store/users.ts';
import { checkPassword, type Passwords } from './passwords.ts';

export type { Role } from '../store/schema.ts';

/** Each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];

/** Whether somebody with this role may do what needs `needed`. */
export const mayAct = (role: Role, needed: Role): boolean =>
  roles.indexOf(role) >= roles.indexOf(needed);

/** Somebody who may log in, as others may see it. Times are epoch milliseconds. */
export interface User {
  id: number;
  name: string;
  role: Role;
  createdAt: number;
  lastLoginAt: number | null;
}

export interface UserDeps {
  store: Store;
  passwords: Passwords;
  now: () => number;
}

export type Users = ReturnType<typeof createUsers>;

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}_.@-]{0,31}$/u;

/** Who may use the console and the API. There is always an admin, once there is anybody. */
export function createUsers({ store, passwords, now }: UserDeps) {
  const present = ({ passwordHash: _, ...user }: UserRow): User => user;

  function getRow(name: string): UserRow {
    const row = store.users.find('name', name);
    if (!row) throw new CafebootError('not_found', { kind: 'user', name });
    return row;
  }

  /** Throws `last_admin` where nobody else could put things right. */
  function refuseLastAdmin({ id, role, name }: UserRow): void {
    if (role !== 'admin') return;
    const others = store.users.list().some((user) => user.role === 'admin' && user.id !== id);
    if (!others) throw new CafebootError('last_admin', { name });
  }

  async function add(name: string, password: string, role: Role): Promise<User> {
    if (!namePattern.test(name)) {
      throw new CafebootError('invalid_value', { field: 'name', value: name, reason: '' });
    }
    checkPassword(password, name);
    const passwordHash = await passwords.hash(password);
    store.users.add({ name, role, passwordHash, createdAt: now() });
    return present(getRow(name));
  }

  return {
    list: (): User[] => store.users.list().map(present),
    get: (name: string): User => present(getRow(name)),
    findById(id: number): User | undefined {
      const row = store.users.find('id', id);
      return row && present(row);
    },
    isEmpty: (): boolean => store.users.list().length === 0,

    /** Throws `already_exists`, `password_weak`, or `invalid_value` for a name. */
    add,

    /** The first admin; the caller has checked the one-time code. Throws `already_exists` later. */
    async addFirst(name: string, password: string): Promise<User> {
      if (store.users.list().length > 0) throw new CafebootError('already_exists', { field: name });
      return add(name, password, 'admin');
    },

    /** Throws `last_admin`. Their sessions have the new role at once. */
    setRole(name: string, role: Role): User {
      const row = getRow(name);
      if (role !== 'admin') refuseLastAdmin(row);
      store.users.update(row.id, { role });
      return present(getRow(name));
    },

    /** Ends all their sessions, but the one with this hash. Throws `password_weak`. */
    async setPassword(name: string, password: string, keptSession = ''): Promise<void> {
      const row = getRow(name);
      checkPassword(password, row.name);
      const passwordHash = await passwords.hash(password);
      store.transaction(() => {
        store.users.update(row.id, { passwordHash });
        store.sessions.removeOfUser(row.id, keptSession);
      });
    },

    /** The user with this name and password, or undefined. */
    async check(name: string, password: string): Promise<User | undefined> {
      const row = store.users.find('name', name);
      const isRight = await passwords.verify(password, row?.passwordHash);
      return row && isRight ? present(row) : undefined;
    },

    /** With their sessions and tokens. Throws `last_admin`. */
    remove(name: string): void {
      const row = getRow(name);
      refuseLastAdmin(row);
      store.users.remove(row.id);
    },
  };
}
