import {
  findNextNumbered,
  findNumbered,
  type Numbered,
  type NumberingPlan,
} from '../boot/numbering.ts';
import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Host, HostFields } from './host-fields.ts';
import type { OneTimeCode } from './one-time-code.ts';
import type { Settings } from './setting-list.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

export interface AdoptionDeps {
  store: Store;
  settings: () => Settings;
  unknownHosts: UnknownHosts;
  oneTimeCode: OneTimeCode;
  addHost: (fields: HostFields & { mac: string; name: string }) => Host;
}

export type Adoption = ReturnType<typeof createAdoption>;

/** Takes PCs that were seen into the list, by a name that somebody gives or by the numbering plan. */
export function createAdoption({
  store,
  settings,
  unknownHosts,
  oneTimeCode,
  addHost,
}: AdoptionDeps) {
  function plan(): NumberingPlan {
    const { hostPrefix, hostDigits, hostFirstAddress } = settings();
    return { prefix: hostPrefix, width: hostDigits, firstAddress: hostFirstAddress };
  }

  function findNext(): Numbered | undefined {
    const rows = store.hosts.list();
    return findNextNumbered(plan(), {
      names: new Set(rows.map(({ name }) => name.toLowerCase())),
      addresses: new Set(rows.flatMap(({ ip }) => (ip === null ? [] : [ip]))),
    });
  }

  function next(): Numbered {
    const numbered = findNext();
    if (!numbered) throw new CafebootError('no_number_left', { prefix: plan().prefix });
    return numbered;
  }

  /** A bare number means the plan's PC of that number; anything else is a name. */
  function named(name: string): Pick<HostFields, 'ip'> & { name: string } {
    const numbered = /^\d{1,6}$/.test(name) ? findNumbered(plan(), Number(name)) : undefined;
    return numbered ?? { name };
  }

  /** Throws `already_exists` where a PC has the name, address or MAC; `no_number_left`. */
  const adopt = (mac: string, name?: string): Host =>
    addHost({ mac, ...(name === undefined ? next() : named(name.trim())) });

  return {
    adopt,
    /** Who the next one would be; undefined where the plan is used up. */
    findNext,

    /** All that were seen, numbered in the order in which they were seen first. */
    adoptAll(): Host[] {
      const seen = unknownHosts.list().sort((a, b) => a.firstSeenAt - b.firstSeenAt);
      return seen.map(({ mac }) => adopt(mac));
    },

    /**
     * Somebody types at that PC. An empty name: the plan's next. Throws `wrong_code`, `too_many_tries`,
     * or as `adopt`.
     */
    adoptByCode(mac: string, { code, name, source }: TypedAdoption): Host {
      oneTimeCode.check(code, source);
      return adopt(mac, name.trim() === '' ? undefined : name);
    },
  };
}

/** What was typed on a PC's screen; `source` is its address. */
export interface TypedAdoption {
  code: string;
  name: string;
  source: string;
}
