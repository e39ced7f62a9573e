import { encodedOptionsSizeBytes, encodeOptions } from './options.ts';
import { layout, magicCookie, type Packet } from './packet.ts';

/** BOOTP's fixed size (RFC 951): relays and some PXE ROMs drop anything shorter. */
const minMessageBytes = 300;

/**
 * Encodes a message, padded to BOOTP's 300 bytes. Options keep the map's order; they are never moved
 * into `file` or `sname` (option 52), because old PXE ROMs read those two fields only as text.
 * Throws `RangeError` where `chaddr`, `sname` or `file` does not fit its field.
 */
export function encode(packet: Packet): Buffer {
  const sizeBytes = layout.options + encodedOptionsSizeBytes(packet.options);
  const bytes = Buffer.alloc(Math.max(minMessageBytes, sizeBytes));
  bytes[0] = packet.op;
  bytes[1] = packet.htype;
  bytes[2] = packet.chaddr.length;
  bytes[3] = packet.hops;
  bytes.writeUInt32BE(packet.xid, 4);
  bytes.writeUInt16BE(packet.secs, 8);
  bytes.writeUInt16BE(packet.flags, 10);
  bytes.writeUInt32BE(packet.ciaddr, 12);
  bytes.writeUInt32BE(packet.yiaddr, 16);
  bytes.writeUInt32BE(packet.siaddr, 20);
  bytes.writeUInt32BE(packet.giaddr, 24);
  checkFits('chaddr', packet.chaddr.length);
  packet.chaddr.copy(bytes, layout.chaddr.start);
  writeText(bytes, 'sname', packet.sname);
  writeText(bytes, 'file', packet.file);
  bytes.writeUInt32BE(magicCookie, layout.cookie);
  encodeOptions(packet.options, bytes, layout.options);
  return bytes;
}

function writeText(bytes: Buffer, field: 'sname' | 'file', text: string): void {
  if (text === '') return;
  checkFits(field, text.length);
  bytes.write(text, layout[field].start, 'latin1');
}

function checkFits(field: 'chaddr' | 'sname' | 'file', lengthBytes: number): void {
  const { start, end } = layout[field];
  if (lengthBytes > end - start) throw new RangeError(`${field} of ${lengthBytes} bytes`);
}
