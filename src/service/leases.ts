import { createLeaseTable, type Lease } from '../boot/lease.ts';
import type { LeaseView } from '../boot/lease-address.ts';
import type { LeaseMessage } from '../boot/lease-message.ts';
import { formatAddress, fromStored } from '../boot/lease-row.ts';
import { decideLease, type LeaseDecision, type LeasePlace } from '../boot/lease-rules.ts';
import { isHostOf, type Subnet } from '../boot/subnet.ts';
import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Counters } from './counters.ts';
import type { Hosts } from './hosts.ts';
import { createLeaseWriter } from './lease-writer.ts';
import type { Timeline } from './timeline.ts';

export interface LeaseDeps {
  store: Store;
  hosts: Hosts;
  timeline: Timeline;
  counters: Counters;
  now: () => number;
}

/** Where a message came, with what is asked before an address is given for the first time. */
export interface LeaseWork extends LeasePlace {
  isOwn(address: number): boolean;
  /** The MAC of whoever has this address, dotted; absent where that cannot be found out: behind a relay. */
  findOwner?: ((address: string) => Promise<string | undefined>) | undefined;
}

/** A lease for people and programs. */
export interface LeaseInfo {
  address: string;
  client: string;
  /** The name of the PC with this MAC; null where it is in no list. */
  host: string | null;
  hostName: string | null;
  state: 'bound' | 'expired' | 'released' | 'declined';
  startsAt: number;
  endsAt: number;
}

export type LeaseOutcome = LeaseDecision | { kind: 'wait'; changes: Lease[] };
export type Leases = ReturnType<typeof createLeases>;

/** What was in use when we looked is looked at again after this time. */
const takenMs = 30_000;
/** Addresses tried for one message, of which one that is in use takes some 30 ms; the client asks again soon. */
const maxTries = 16;
/**
 * Each look leaves an entry in the kernel's neighbour table for some seconds, which has room for 1,024
 * on all LANs together. More new PCs than this at once get their addresses without.
 */
const looksAtOnce = 100;
const lookWindowMs = 3_000;
const tellExhaustedEveryMs = 600_000;
const keptMs = 90 * 86_400_000;

/** The addresses that full DHCP mode gives: the rules of `boot/`, with their memory, the disk and the LAN. */
export function createLeases(deps: LeaseDeps) {
  const { store, hosts, timeline, counters, now } = deps;
  store.leases.prune(now() - keptMs);
  const table = createLeaseTable(store.leases.list().map(fromStored));
  const writer = createLeaseWriter(store);
  const lookingFor = new Set<string>();
  const exhaustedAt = new Map<string, number>();
  let looks: number[] = [];

  const decideNow = (message: LeaseMessage, work: LeaseWork) => {
    const { reservations } = hosts;
    const view: LeaseView = {
      now: now(),
      at: table.at,
      of: table.of,
      reservations: reservations(),
      isOwn: work.isOwn,
    };
    const decision = decideLease(message, work, view);
    for (const lease of decision.changes) table.put(lease);
    return decision;
  };

  function mayLook(): boolean {
    const since = now() - lookWindowMs;
    looks = looks.filter((at) => at > since);
    if (looks.length >= looksAtOnce) {
      counters.add('dhcp.unprobed');
      return false;
    }
    looks.push(now());
    return true;
  }

  /** Looks whether another device uses what is about to be offered; if so, the next one is tried. */
  async function offerUnused(
    first: LeaseOutcome,
    message: LeaseMessage,
    work: LeaseWork,
  ): Promise<LeaseOutcome> {
    const { client } = message;
    let outcome = first;
    for (let tries = 0; outcome.kind === 'offer' && outcome.isNew; tries++) {
      const { address } = outcome;
      if (tries === maxTries) {
        // Nobody has looked at this one: when the client asks again, it must not pass for its own.
        table.remove(address);
        return { kind: 'wait', changes: [] };
      }
      if (!work.findOwner || !mayLook()) return outcome;
      const owner = await work.findOwner(formatAddress(address));
      if (owner === undefined || owner === client) return outcome;
      counters.add('dhcp.address-taken');
      const at = now();
      const taken = { address, client: owner, startsAt: at, endsAt: at + takenMs, hostName: null };
      table.put({ ...taken, state: 'taken' });
      outcome = decideNow(message, work);
    }
    return outcome;
  }

  function tellExhausted({ subnet }: LeaseWork): void {
    counters.add('dhcp.exhausted');
    const last = exhaustedAt.get(subnet.name);
    if (last !== undefined && now() - last < tellExhaustedEveryMs) return;
    exhaustedAt.set(subnet.name, now());
    const data = { subnet: subnet.name, addresses: subnet.last - subnet.first + 1 };
    timeline.record({ kind: 'lease.exhausted', level: 'error', data });
  }

  return {
    /**
     * Decides one message. An `ack` resolves when its lease is on the disk; an offer of an address that the
     * client never had, when somebody has looked whether it is in use; everything else at once.
     */
    async handle(message: LeaseMessage, work: LeaseWork): Promise<LeaseOutcome> {
      let outcome: LeaseOutcome = decideNow(message, work);
      if (outcome.kind === 'offer') {
        const look = `${message.client} ${work.subnet.name}`;
        // The client repeats itself while we look; one look is enough.
        if (lookingFor.has(look)) return { kind: 'wait', changes: [] };
        lookingFor.add(look);
        outcome = await offerUnused(outcome, message, work).finally(() => lookingFor.delete(look));
      }
      await writer.write(outcome.changes);
      if (outcome.kind === 'exhausted') tellExhausted(work);
      if (outcome.kind === 'declined') {
        const data = { address: formatAddress(outcome.address) };
        timeline.record({ kind: 'lease.declined', level: 'warn', mac: message.client, data });
      }
      return outcome;
    },

    /** Whether the client has or had an address in this subnet. */
    isKnownIn: (client: string, subnet: Subnet): boolean =>
      table.of(client).some(({ address }) => isHostOf(subnet, address)),

    /** In the order of addresses. */
    list: (): LeaseInfo[] =>
      table
        .list()
        .filter(({ state }) => state !== 'offered' && state !== 'taken')
        .sort((a, b) => a.address - b.address)
        .map(({ address, state, ...lease }) => ({
          ...lease,
          address: formatAddress(address),
          host: hosts.findByMac(lease.client)?.name ?? null,
          state: state === 'bound' && lease.endsAt <= now() ? 'expired' : state,
        })) as LeaseInfo[],

    /** The address may be given to another client from now on. Throws `not_found`. */
    forget(address: string): void {
      const lease = table.list().find((each) => formatAddress(each.address) === address);
      if (!lease) throw new CafebootError('not_found', { kind: 'lease', name: address });
      table.remove(lease.address);
      store.leases.remove(address);
      timeline.record({ kind: 'lease.forgotten', mac: lease.client, data: { address } });
    },

    /** Writes what waits. */
    close: writer.close,
  };
}
