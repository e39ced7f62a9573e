import { messageType } from '../dhcp/codes.ts';
import { field } from '../dhcp/fields.ts';
import { formatIpv4, isHostAddress } from '../dhcp/ipv4.ts';
import type { Packet } from '../dhcp/packet.ts';

/**
 * The IPv4 address a client has, or is about to take from the router: its REQUEST goes to everybody,
 * so a proxy learns of it too. Undefined where the message tells none.
 */
export function findClientAddress(packet: Packet): string | undefined {
  const type = field.messageType.read(packet.options);
  if (type !== messageType.request && type !== messageType.inform) return undefined;
  const address = packet.ciaddr || (field.requestedAddress.read(packet.options) ?? 0);
  return isHostAddress(address) ? formatIpv4(address) : undefined;
}
