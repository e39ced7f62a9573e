import { broadcastFlag, messageType, udpPort } from './codes.ts';
import { field } from './fields.ts';
import { formatIpv4, isHostAddress } from './ipv4.ts';
import type { Packet } from './packet.ts';

export interface Destination {
  /** Dotted IPv4. */
  address: string;
  port: number;
}

/** Everybody on the LAN, whatever its subnet is. */
export const broadcastAddress = '255.255.255.255';

const broadcast: Destination = { address: broadcastAddress, port: udpPort.client };

/**
 * Where a reply goes (RFC 2131 4.1): to the relay agent; else to the address the client has; else
 * broadcast where it asks for that, or where the reply gives it no address to unicast to.
 */
export function destinationOf(request: Packet, reply: Packet): Destination {
  if (isHostAddress(request.giaddr)) {
    return { address: formatIpv4(request.giaddr), port: udpPort.server };
  }
  // Without a relay a NAK is always broadcast: the client's address is what it is told to drop.
  if (field.messageType.read(reply.options) === messageType.nak) return broadcast;
  if (isHostAddress(request.ciaddr)) return unicast(request.ciaddr);
  if ((request.flags & broadcastFlag) !== 0 || !isHostAddress(reply.yiaddr)) return broadcast;
  return unicast(reply.yiaddr);
}

function unicast(address: number): Destination {
  return { address: formatIpv4(address), port: udpPort.client };
}
