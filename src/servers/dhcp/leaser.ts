import type { LeaseMessage } from '../../boot/lease-message.ts';
import { relayedSubnetAddress } from '../../boot/lease-message.ts';
import { findSubnet, type Subnet } from '../../boot/subnet.ts';
import { messageType } from '../../dhcp/codes.ts';
import { parseIpv4 } from '../../dhcp/ipv4.ts';
import type { Packet } from '../../dhcp/packet.ts';
import type { ServedInterface } from '../../net/interfaces.ts';
import type { Leases } from '../../service/leases.ts';

/** What full DHCP mode needs beside what ProxyDHCP does. */
export interface Leaser {
  leases: Pick<Leases, 'handle' | 'isKnownIn'>;
  /** Whether PCs on this interface get their addresses from us; those behind relay agents do anyway. */
  serves(iface: ServedInterface): boolean;
  /** As they are set now. */
  subnets(): readonly Subnet[];
  /** This machine's own addresses. */
  ownAddresses: ReadonlySet<string>;
  /** The MAC of whoever has an address on our LANs. */
  findOwner(address: string): Promise<string | undefined>;
}

/** The subnet of which a message that came to this interface gets an address; undefined where of none. */
export function findSubnetFor(
  request: Packet,
  iface: ServedInterface,
  leaser: Leaser,
): Subnet | undefined {
  const subnets = leaser.subnets();
  const own = findSubnet(subnets, parseIpv4(iface.address));
  const subnet = subnetOf(request, own, subnets);
  return subnet === own && !leaser.serves(iface) ? undefined : subnet;
}

/**
 * The subnet that a message is answered for (RFC 2131 section 4.3.1): the relay agent's; else that of the
 * address the client has, since one behind a relay renews without it; else the interface's own.
 */
function subnetOf(
  request: Packet,
  own: Subnet | undefined,
  subnets: readonly Subnet[],
): Subnet | undefined {
  const relayed = relayedSubnetAddress(request);
  if (relayed !== 0) return findSubnet(subnets, relayed);
  const current = request.ciaddr === 0 ? undefined : findSubnet(subnets, request.ciaddr);
  return current ?? own;
}

/** A PC that was offered an address where it was last and does not take it within this time is elsewhere. */
const elsewhereAfterMs = 20_000;
const rememberedLimit = 1_024;

/** Whether a client asks for an offer once more, after it was heard a moment ago and took none. */
export type AsksAgain = (message: LeaseMessage) => boolean;

/**
 * With several interfaces a broadcast does not say where it arrived. A PC that is known on one of them is
 * offered an address there alone, so that it does not hold one of each; only where it asks again, on all.
 */
export function createAsksAgain(now: () => number): AsksAgain {
  const askedAt = new Map<string, number>();
  return ({ client, type }) => {
    const last = askedAt.get(client);
    askedAt.delete(client);
    if (type !== messageType.discover) return false;
    askedAt.set(client, now());
    if (askedAt.size > rememberedLimit) {
      const [oldest = ''] = askedAt.keys();
      askedAt.delete(oldest);
    }
    return last !== undefined && now() - last < elsewhereAfterMs;
  };
}
