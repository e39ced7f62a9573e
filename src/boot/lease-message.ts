import { field } from '../dhcp/fields.ts';
import type { Packet } from '../dhcp/packet.ts';
import { findSubOption } from '../dhcp/sub-options.ts';
import { findMacOf } from './hardware-address.ts';

/** What of a client's message the rules of leases depend on. Addresses are unsigned 32-bit numbers. */
export interface LeaseMessage {
  /** A value of option 53. */
  type: number;
  client: string;
  /** The address that the client has, 0 for none. */
  ciaddr: number;
  requested: number | undefined;
  serverIdentifier: number | undefined;
  hostName: string | null;
}

const ethernet = 1;
const maxHostName = 64;

/** Reads it; undefined for BOOTP, which has no message type, and where no client can be told. */
export function findLeaseMessage(packet: Packet): LeaseMessage | undefined {
  const { options, ciaddr } = packet;
  const type = field.messageType.read(options);
  const client = findLeaseClient(packet);
  if (type === undefined || client === undefined) return undefined;
  return {
    type,
    client,
    ciaddr,
    requested: field.requestedAddress.read(options),
    serverIdentifier: field.serverIdentifier.read(options),
    hostName: hostNameOf(field.hostName.read(options)),
  };
}

/**
 * Who has a lease: the MAC, whatever the client identifier says (RFC 2131 section 4.2 would have that
 * first). A PC that boots is one client after another: its ROM and iPXE send no option 61 or one made of
 * the MAC or the GUID, Windows the MAC, Linux often a DUID. By identifier its address would change on
 * the way, and with it the disk's TCP connection would be lost. And PCs that run from one golden image
 * have one machine id, hence one DUID: by identifier all of them would be one client. Kea has
 * `match-client-id: false` for the same reasons. The identifier counts where the hardware has no MAC.
 */
export function findLeaseClient({ htype, chaddr, options }: Packet): string | undefined {
  const mac = htype === ethernet ? findMacOf(chaddr) : undefined;
  if (mac !== undefined) return mac;
  const identifier = field.clientIdentifier.read(options);
  if (identifier && identifier.length > 1 && identifier.length <= 64) {
    return `id:${identifier.toString('hex')}`;
  }
  return undefined;
}

const linkSelection = 5;

/** The address that tells a relayed client's subnet (RFC 3527, else `giaddr`); 0 where no relay is between. */
export function relayedSubnetAddress({ giaddr, options }: Packet): number {
  if (giaddr === 0) return 0;
  const information = field.relayAgentInformation.read(options);
  const selected = information && findSubOption(information, linkSelection);
  return selected?.length === 4 ? selected.readUInt32BE() : giaddr;
}

/** Printable ASCII alone: it is shown to people. */
function hostNameOf(name: string | undefined): string | null {
  const text = (name ?? '').replace(/[^\x21-\x7e]/g, '').slice(0, maxHostName);
  return text === '' ? null : text;
}
