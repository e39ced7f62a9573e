import { messageType, udpPort } from './codes.ts';
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
 * Where a reply goes (RFC 2131 4.1): to the relay agent; else to the address the client has; else to
 * everybody. Never to the address that the reply gives: the client does not answer ARP for it yet, and
 * without a raw socket the kernel would wait for that.
 */
export function destinationOf(request: Packet, reply: Packet): Destination {
  if (isHostAddress(request.giaddr)) {
    return { address: formatIpv4(request.giaddr), port: udpPort.server };
  }
  // Without a relay a NAK is always broadcast: the client's address is what it is told to drop.
  if (field.messageType.read(reply.options) === messageType.nak) return broadcast;
  if (isHostAddress(request.ciaddr)) {
    return { address: formatIpv4(request.ciaddr), port: udpPort.client };
  }
  return broadcast;
}
