import { messageType } from '../dhcp/codes.ts';
import { field } from '../dhcp/fields.ts';
import { parseIpv4 } from '../dhcp/ipv4.ts';
import type { Packet } from '../dhcp/packet.ts';
import { findBootItem } from '../dhcp/pxe.ts';
import type { DhcpPlan } from './plan.ts';

/** Which of our two services a message came to: DHCP's (67) or the PXE boot server's (4011). */
export type DhcpPort = 'dhcp' | 'pxe';

/** Why a PC's message is not a question to us. */
export const questionIgnoreReasons = [
  'discover-to-boot-server',
  'request-to-other-server',
  'request-for-lease',
  'inform-without-address',
  'message-not-served',
] as const;

export type QuestionIgnoreReason = (typeof questionIgnoreReasons)[number];

/** The message type of the answer that is due. */
export type AnswerType = 'offer' | 'ack';

/**
 * What a message asks of us in proxy mode: an OFFER without an address, an ACK with the boot file,
 * or nothing, with the reason.
 */
export function questionOf(
  packet: Packet,
  { server }: DhcpPlan,
  port: DhcpPort,
): AnswerType | QuestionIgnoreReason {
  switch (field.messageType.read(packet.options)) {
    case messageType.discover:
      return port === 'dhcp' ? 'offer' : 'discover-to-boot-server';
    case messageType.request:
      // Whatever option 54 says: a unicast to our port 4011 is meant for us.
      return port === 'pxe' ? 'ack' : broadcastRequest(packet, parseIpv4(server.address));
    case messageType.inform:
      return packet.ciaddr === 0 ? 'inform-without-address' : 'ack';
    default:
      return 'message-not-served';
  }
}

/**
 * A REQUEST on port 67 asks for an address, which only the router gives; except for PXE's boot server
 * discovery by broadcast (PXE 2.1): its client has an address already, and names a boot item or us.
 */
function broadcastRequest(packet: Packet, ownAddress: number): AnswerType | QuestionIgnoreReason {
  const serverIdentifier = field.serverIdentifier.read(packet.options);
  if (serverIdentifier !== undefined && serverIdentifier !== ownAddress) {
    return 'request-to-other-server';
  }
  const vendorOptions = field.vendorOptions.read(packet.options);
  const namesUs = serverIdentifier !== undefined;
  const namesBootItem = vendorOptions !== undefined && findBootItem(vendorOptions) !== undefined;
  return packet.ciaddr !== 0 && (namesUs || namesBootItem) ? 'ack' : 'request-for-lease';
}
