import { messageType } from '../dhcp/codes.ts';
import type { Lease } from './lease.ts';
import {
  chooseAddress,
  findReserved,
  isFreeFor,
  isHeldBy,
  type LeaseView,
  mayHave,
} from './lease-address.ts';
import type { LeaseMessage } from './lease-message.ts';
import { isHostOf, type Subnet } from './subnet.ts';

/** Why a message about a lease gets no answer. */
export const leaseIgnoreReasons = [
  'request-to-other-server',
  'no-requested-address',
  'not-its-lease',
  'inform-without-address',
  'message-not-served',
] as const;
export type LeaseIgnoreReason = (typeof leaseIgnoreReasons)[number];

/** Why a client is told that it may not have the address it asks for. */
export type NakReason = 'wrong-network' | 'address-taken' | 'address-not-for-you';

/** Where a message is answered: in which subnet, and as which server. */
export interface LeasePlace {
  subnet: Subnet;
  /** Our option 54 there. */
  serverAddress: number;
}

/**
 * What a message leads to. `changes` are what is known of addresses from now on; those of an `ack` must
 * be stored before it is sent.
 */
export type LeaseDecision = { changes: Lease[] } & (
  | { kind: 'offer'; address: number; isNew: boolean }
  | { kind: 'ack'; address: number }
  | { kind: 'inform' }
  | { kind: 'nak'; reason: NakReason }
  | { kind: 'released' | 'declined'; address: number }
  | { kind: 'exhausted' }
  | { kind: 'ignore'; reason: LeaseIgnoreReason }
);

/** UEFI firmware collects offers for 4 s before it asks for one; a slow PC may take several times that. */
const offerMs = 30_000;
/** How long an address that another device was found at is left alone. */
const declinedMs = 3_600_000;

/** The rules of a DHCP server for one message (RFC 2131 section 4.3). */
export function decideLease(
  message: LeaseMessage,
  place: LeasePlace,
  view: LeaseView,
): LeaseDecision {
  switch (message.type) {
    case messageType.discover:
      return offer(message, place, view);
    case messageType.request:
      return answerRequest(message, place, view);
    case messageType.decline:
      return decline(message, place, view);
    case messageType.release:
      return release(message, place, view);
    case messageType.inform:
      return message.ciaddr === 0
        ? ignore('inform-without-address')
        : { kind: 'inform', changes: [] };
    default:
      return ignore('message-not-served');
  }
}

function ignore(reason: LeaseIgnoreReason, changes: Lease[] = []): LeaseDecision {
  return { kind: 'ignore', reason, changes };
}

function nak(reason: NakReason): LeaseDecision {
  return { kind: 'nak', reason, changes: [] };
}

function offer(message: LeaseMessage, { subnet }: LeasePlace, view: LeaseView): LeaseDecision {
  const { client, requested, hostName } = message;
  const choice = chooseAddress(client, requested, subnet, view);
  if (!choice) return { kind: 'exhausted', changes: [] };
  const { address, isNew } = choice;
  const held = view.at(address);
  // A PC that boots while its lease still runs must not lose that by an offer it may not take.
  const isBound = held?.state === 'bound' && isHeldBy(held, client, view.now);
  const hold: Lease = {
    address,
    client,
    state: 'offered',
    startsAt: view.now,
    endsAt: view.now + offerMs,
    hostName,
  };
  return { kind: 'offer', address, isNew, changes: isBound ? [] : [hold] };
}

/** The four states of section 4.3.2, told apart by table 4. */
function answerRequest(message: LeaseMessage, place: LeasePlace, view: LeaseView): LeaseDecision {
  const { client, ciaddr, requested, serverIdentifier } = message;
  if (serverIdentifier !== undefined && serverIdentifier !== place.serverAddress) {
    return ignore('request-to-other-server', endHolds(client, place, view, 'offered'));
  }
  if (ciaddr !== 0) return renew(message, place, view);
  if (requested === undefined) return ignore('no-requested-address');
  if (serverIdentifier !== undefined) {
    const lease = view.at(requested);
    // What was offered is kept, whatever has been reserved since.
    if (lease && isHeldBy(lease, client, view.now)) return grant(requested, message, place, view);
  }
  return reboot(requested, message, place, view);
}

/**
 * INIT-REBOOT, and SELECTING of an offer that we know nothing of any more. We are the only server of
 * this LAN: an address that we know nothing of and that is free is given, and all others are refused.
 */
function reboot(
  address: number,
  message: LeaseMessage,
  place: LeasePlace,
  view: LeaseView,
): LeaseDecision {
  const { subnet } = place;
  const { client } = message;
  if (!isHostOf(subnet, address)) return nak('wrong-network');
  if (!isFreeFor(client, address, view)) return nak('address-taken');
  const reserved = findReserved(client, subnet, view);
  const isAllowed =
    reserved === undefined ? mayHave(client, address, subnet, view) : reserved === address;
  return isAllowed ? grant(address, message, place, view) : nak('address-not-for-you');
}

/**
 * RENEWING and REBINDING. The PC runs, perhaps from a disk that a new address would cut off: it keeps what
 * it has, also where range or reservations have changed since. It gets what suits those when it boots next.
 */
function renew(message: LeaseMessage, place: LeasePlace, view: LeaseView): LeaseDecision {
  const { client, ciaddr } = message;
  const lease = view.at(ciaddr);
  if (!isHostOf(place.subnet, ciaddr)) return nak('wrong-network');
  if (!isFreeFor(client, ciaddr, view)) return nak('address-taken');
  const isHeld = lease !== undefined && isHeldBy(lease, client, view.now);
  if (!isHeld && !mayHave(client, ciaddr, place.subnet, view)) return nak('address-not-for-you');
  return grant(ciaddr, message, place, view);
}

function grant(
  address: number,
  { client, hostName }: LeaseMessage,
  place: LeasePlace,
  view: LeaseView,
): LeaseDecision {
  const former = view.at(address);
  const goesOn = former?.state === 'bound' && isHeldBy(former, client, view.now);
  const lease: Lease = {
    address,
    client,
    state: 'bound',
    startsAt: goesOn ? former.startsAt : view.now,
    endsAt: view.now + place.subnet.leaseSeconds * 1000,
    hostName: hostName ?? (goesOn ? former.hostName : null),
  };
  const others = endHolds(client, place, view).filter((each) => each.address !== address);
  return { kind: 'ack', address, changes: [lease, ...others] };
}

/** What a client holds in this subnet, given back. */
function endHolds(
  client: string,
  { subnet }: LeasePlace,
  { now, of }: LeaseView,
  state?: Lease['state'],
): Lease[] {
  return of(client)
    .filter((lease) => isHostOf(subnet, lease.address) && isHeldBy(lease, client, now))
    .filter((lease) => state === undefined || lease.state === state)
    .map((lease) => ({ ...lease, state: 'released', endsAt: now }));
}

function decline(message: LeaseMessage, place: LeasePlace, view: LeaseView): LeaseDecision {
  const { client, requested, serverIdentifier } = message;
  if ((serverIdentifier ?? place.serverAddress) !== place.serverAddress) {
    return ignore('request-to-other-server');
  }
  const lease = requested === undefined ? undefined : view.at(requested);
  // Nobody may make addresses unusable that are not its own.
  if (!lease || !isHeldBy(lease, client, view.now)) return ignore('not-its-lease');
  const declined: Lease = { ...lease, state: 'declined', endsAt: view.now + declinedMs };
  return { kind: 'declined', address: lease.address, changes: [declined] };
}

function release(message: LeaseMessage, place: LeasePlace, view: LeaseView): LeaseDecision {
  const { client, ciaddr, serverIdentifier } = message;
  if ((serverIdentifier ?? place.serverAddress) !== place.serverAddress) {
    return ignore('request-to-other-server');
  }
  const lease = view.at(ciaddr);
  if (!lease || !isHeldBy(lease, client, view.now)) return ignore('not-its-lease');
  const released: Lease = { ...lease, state: 'released', endsAt: view.now };
  return { kind: 'released', address: ciaddr, changes: [released] };
}
