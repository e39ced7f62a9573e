import { broadcastAddress, type Destination, destinationOf } from '../../dhcp/addressing.ts';
import { encode } from '../../dhcp/encode.ts';
import { formatIpv4 } from '../../dhcp/ipv4.ts';
import type { Packet } from '../../dhcp/packet.ts';
import type { Datagram } from '../../net/udp.ts';
import type { Outlet } from './responder.ts';

/** Sends the answer to a message that came to port 67, by the outlet's own address; returns where to. */
export function sendReply({ sockets }: Outlet, request: Packet, reply: Packet): Destination {
  const to = destinationOf(request, reply);
  const socket = to.address === broadcastAddress ? sockets.dhcp : sockets.directed;
  socket.send(encode(reply), to.port, to.address);
  return to;
}

/**
 * A client that has an address sends from it, and only a relay agent sends for others: an answer never
 * goes to an address that somebody merely wrote into a message.
 */
export function isFromCiaddr({ ciaddr, giaddr }: Packet, { address }: Datagram): boolean {
  return ciaddr === 0 || giaddr !== 0 || formatIpv4(ciaddr) === address;
}
