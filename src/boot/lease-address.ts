import type { Lease } from './lease.ts';
import type { Reservations } from './reservations.ts';
import { isHostOf, type Subnet } from './subnet.ts';

/** What the rules may look at: the state at one moment. */
export interface LeaseView {
  /** Epoch milliseconds. */
  now: number;
  at(address: number): Lease | undefined;
  of(client: string): Lease[];
  reservations: Reservations;
  /** Whether it is this server's. */
  isOwn(address: number): boolean;
}

/** An address for a client. */
export interface Choice {
  address: number;
  /** We know of no time when the client had it: somebody should look whether another device uses it. */
  isNew: boolean;
}

/** Whether a client holds this lease now. */
export function isHeldBy({ client, state, endsAt }: Lease, who: string, now: number): boolean {
  return client === who && endsAt > now && state !== 'declined' && state !== 'released';
}

/** Whether nothing and nobody else holds the address. */
export function isFreeFor(client: string, address: number, view: LeaseView): boolean {
  const lease = view.at(address);
  return !lease || lease.endsAt <= view.now || isHeldBy(lease, client, view.now);
}

/** Whether the address may ever be this client's: of the range and nobody's reservation, or its own one. */
export function mayHave(client: string, address: number, subnet: Subnet, view: LeaseView): boolean {
  const reservedTo = view.reservations.clientAt(address);
  if (reservedTo === undefined) {
    return isOpen(address, subnet, view) && address >= subnet.first && address <= subnet.last;
  }
  return reservedTo === client && isOpen(address, subnet, view);
}

function isOpen(address: number, subnet: Subnet, view: LeaseView): boolean {
  return isHostOf(subnet, address) && !view.isOwn(address) && !subnet.routers.includes(address);
}

/** The address that is reserved for a client in this subnet and free for it now. */
export function findReserved(client: string, subnet: Subnet, view: LeaseView): number | undefined {
  const address = view.reservations.addressOf(client);
  if (address === undefined || !mayHave(client, address, subnet, view)) return undefined;
  return isFreeFor(client, address, view) ? address : undefined;
}

/**
 * Chooses in the order of RFC 2131 section 4.3.1: what is reserved, what the client has, what it had
 * last, what it asks for, any. Undefined where there is none left.
 */
export function chooseAddress(
  client: string,
  requested: number | undefined,
  subnet: Subnet,
  view: LeaseView,
): Choice | undefined {
  const suits = (address: number) =>
    mayHave(client, address, subnet, view) && isFreeFor(client, address, view);
  const reserved = findReserved(client, subnet, view);
  if (reserved !== undefined) return { address: reserved, isNew: false };
  const known = view
    .of(client)
    .sort((a, b) => b.endsAt - a.endsAt)
    .find(({ address, state }) => state !== 'declined' && suits(address));
  // What lapsed long ago counts as known too: a PC that was off must not wait for its address. But an
  // offer that it let pass was looked at then, and not since.
  if (known) return { address: known.address, isNew: !isOrWasIts(known, view.now) };
  if (requested !== undefined && suits(requested)) return { address: requested, isNew: true };
  const free = findFree(client, subnet, view);
  return free === undefined ? undefined : { address: free, isNew: true };
}

/** Whether whoever this lease names has had the address, or was offered it just now. */
function isOrWasIts({ state, endsAt }: Lease, now: number): boolean {
  return state === 'offered' ? endsAt > now : state !== 'taken';
}

/**
 * Begins at a place that the client's name decides, so that a PC gets the same address again even where
 * nothing of it is known any more. An address that nobody had comes before one that lapsed; of those,
 * the one that lapsed first.
 */
function findFree(client: string, subnet: Subnet, view: LeaseView): number | undefined {
  const { first, last } = subnet;
  const size = last - first + 1;
  const start = hashOf(client) % size;
  let oldest: Lease | undefined;
  for (let step = 0; step < size; step++) {
    const address = first + ((start + step) % size);
    if (!mayHave(client, address, subnet, view)) continue;
    const lease = view.at(address);
    if (!lease) return address;
    if (lease.endsAt <= view.now && lease.endsAt < (oldest?.endsAt ?? Number.POSITIVE_INFINITY)) {
      oldest = lease;
    }
  }
  return oldest?.address;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}
