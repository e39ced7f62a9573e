import { broadcastFlag, messageType, op } from '../dhcp/codes.ts';
import { decode } from '../dhcp/decode.ts';
import { DecodeError } from '../dhcp/decode-error.ts';
import { encode } from '../dhcp/encode.ts';
import { field } from '../dhcp/fields.ts';
import { formatIpv4 } from '../dhcp/ipv4.ts';
import { macHex } from './mac.ts';

/** A DISCOVER that any DHCP server answers: an ordinary client's, who boots nothing. */
export function searchMessage(mac: string, xid: number): Buffer {
  const options = new Map<number, Buffer>();
  field.messageType.write(options, messageType.discover);
  field.parameterRequestList.write(options, [field.subnetMask.code, field.routers.code]);
  return encode({
    op: op.request,
    htype: 1,
    hops: 0,
    xid,
    secs: 0,
    // We have no raw socket that could take an answer to an address which is not ours.
    flags: broadcastFlag,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: Buffer.from(macHex(mac), 'hex'),
    sname: '',
    file: '',
    options,
  });
}

/** What a DHCP server says to `searchMessage`. */
export interface FoundOffer {
  xid: number;
  /** The server's own name for itself; null where it has none. */
  server: string | null;
  /** The address it would give. */
  offered: string;
}

/** Reads an OFFER that gives an address; anything else is undefined. */
export function findOffer(bytes: Buffer): FoundOffer | undefined {
  try {
    const packet = decode(bytes);
    const isOffer = field.messageType.read(packet.options) === messageType.offer;
    if (packet.op !== op.reply || !isOffer || packet.yiaddr === 0) return undefined;
    const server = field.serverIdentifier.read(packet.options);
    return {
      xid: packet.xid,
      server: server === undefined ? null : formatIpv4(server),
      offered: formatIpv4(packet.yiaddr),
    };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
