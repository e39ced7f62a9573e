import { optionCode, overload } from './codes.ts';
import { DecodeError } from './decode-error.ts';
import { decodeOptions, type Options } from './options.ts';
import { layout, magicCookie, type Packet } from './packet.ts';

/** More than any client sends in one Ethernet frame; bounds the work on a hostile datagram. */
const maxMessageBytes = 4096;

/**
 * Decodes one datagram; buffers inside the result are views of `bytes`.
 * Options of the `file` and `sname` fields (option 52) are merged in the order of RFC 3396 section 5,
 * and option 52 itself is dropped. Throws only `DecodeError`.
 */
export function decode(bytes: Buffer): Packet {
  if (bytes.length < layout.options) throw new DecodeError('too-short');
  if (bytes.length > maxMessageBytes) throw new DecodeError('too-long');
  if (bytes.readUInt32BE(layout.cookie) !== magicCookie) throw new DecodeError('bad-cookie');
  const hlen = bytes[2] ?? 0;
  if (hlen > layout.chaddr.end - layout.chaddr.start) throw new DecodeError('bad-hardware-address');

  const options: Options = new Map();
  decodeOptions(bytes.subarray(layout.options), options);
  const borrowed = options.get(optionCode.overload)?.[0] ?? 0;
  const fileBorrowed = (borrowed & overload.file) !== 0;
  const snameBorrowed = (borrowed & overload.sname) !== 0;
  if (borrowed !== 0) {
    if (fileBorrowed) decodeOptions(view(bytes, layout.file), options);
    if (snameBorrowed) decodeOptions(view(bytes, layout.sname), options);
    options.delete(optionCode.overload);
  }

  return {
    op: bytes[0] ?? 0,
    htype: bytes[1] ?? 0,
    hops: bytes[3] ?? 0,
    xid: bytes.readUInt32BE(4),
    secs: bytes.readUInt16BE(8),
    flags: bytes.readUInt16BE(10),
    ciaddr: bytes.readUInt32BE(12),
    yiaddr: bytes.readUInt32BE(16),
    siaddr: bytes.readUInt32BE(20),
    giaddr: bytes.readUInt32BE(24),
    chaddr: bytes.subarray(layout.chaddr.start, layout.chaddr.start + hlen),
    sname: snameBorrowed ? '' : textOf(bytes, layout.sname),
    file: fileBorrowed ? '' : textOf(bytes, layout.file),
    options,
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function view(bytes: Buffer, { start, end }: Range): Buffer {
  return bytes.subarray(start, end);
}

function textOf(bytes: Buffer, { start, end }: Range): string {
  if (bytes[start] === 0) return '';
  const nul = bytes.indexOf(0, start);
  return bytes.toString('latin1', start, nul === -1 || nul > end ? end : nul);
}
