import { CafebootError } from '../errors.ts';

export type LoginGuard = ReturnType<typeof createLoginGuard>;

const windowMs = 15 * 60_000;
/** Wrong passwords within the window: of one user from one address; from one address; of one user from addresses where they never logged in. */
const limits = { pair: 5, address: 20, user: 50 };
/** A password that is being looked at counts as wrong until it is known; for so long at most. */
const underWayMs = 30_000;
/** Forged names must not grow memory; the oldest is forgotten. */
const keyLimit = 4_096;
const knownLimit = 1_024;

/**
 * Slows guessing down without shutting the cafe out: an address that guesses is shut out by itself. Guesses from
 * many addresses shut a user out only where that user never logged in from, so that nobody at a PC
 * of the hall can keep the administrator from the administrator's own desk.
 */
export function createLoginGuard({ now }: { now: () => number }) {
  const failures = new Map<string, number[]>();
  const underWay = new Map<string, number[]>();
  const known = new Set<string>();

  const recent = (key: string) => (failures.get(key) ?? []).filter((at) => now() - at < windowMs);
  const begun = (key: string) => (underWay.get(key) ?? []).filter((at) => now() - at < underWayMs);

  function begin(user: string, address: string): void {
    for (const [key] of keysOf(user, address)) keep(underWay, key, [...begun(key), now()]);
  }

  function end(user: string, address: string): void {
    for (const [key] of keysOf(user, address)) {
      const left = begun(key).slice(1);
      if (left.length > 0) underWay.set(key, left);
      else underWay.delete(key);
    }
  }

  function keysOf(user: string, address: string): [key: string, limit: number][] {
    const pair = `${user.toLowerCase()} ${address}`;
    const own: [string, number][] = [
      [`pair ${pair}`, limits.pair],
      [`address ${address}`, limits.address],
    ];
    return known.has(pair) ? own : [...own, [`user ${user.toLowerCase()}`, limits.user]];
  }

  return {
    /** Begins a try. Throws `login_locked` with the minutes to wait, `busy` where those under way may use up what is left. */
    check(user: string, address: string): void {
      for (const [key, limit] of keysOf(user, address)) {
        const times = recent(key);
        if (times.length + begun(key).length < limit) continue;
        if (times.length < limit) throw new CafebootError('busy');
        const oldest = times[times.length - limit] ?? now();
        const minutes = Math.max(1, Math.ceil((oldest + windowMs - now()) / 60_000));
        throw new CafebootError('login_locked', { minutes });
      }
      begin(user, address);
    },
    failed(user: string, address: string): void {
      end(user, address);
      for (const [key, limit] of keysOf(user, address)) {
        keep(failures, key, [...recent(key), now()].slice(-limit));
      }
    },
    succeeded(user: string, address: string): void {
      end(user, address);
      const pair = `${user.toLowerCase()} ${address}`;
      failures.delete(`pair ${pair}`);
      known.delete(pair);
      known.add(pair);
      for (const key of known) {
        if (known.size <= knownLimit) break;
        known.delete(key);
      }
    },
  };
}

/** As the youngest. */
function keep(byKey: Map<string, number[]>, key: string, times: number[]): void {
  byKey.delete(key);
  byKey.set(key, times);
  for (const oldest of byKey.keys()) {
    if (byKey.size <= keyLimit) break;
    byKey.delete(oldest);
  }
}
