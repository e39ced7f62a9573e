import {
  dataHeaderBytes,
  maxPayloadBytes,
  maxRequestBytes,
  opcodes,
  type Packet,
  type Request,
} from './packet.ts';

/** Why bytes are no TFTP packet; each is the tail of a counter's name. */
export type DecodeReason =
  | 'empty'
  | 'too-short'
  | 'unknown-opcode'
  | 'request-too-long'
  | 'string-not-terminated'
  | 'empty-filename'
  | 'option-without-value'
  | 'payload-too-long';

/** The only thing `decodePacket` throws. */
export class DecodeError extends Error {
  readonly reason: DecodeReason;

  constructor(reason: DecodeReason) {
    super(`not a TFTP packet: ${reason}`);
    this.name = 'DecodeError';
    this.reason = reason;
  }
}

/** Decodes one datagram. A DATA payload is a view of `bytes`, not a copy. Throws DecodeError. */
export function decodePacket(bytes: Buffer): Packet {
  if (bytes.length === 0) throw new DecodeError('empty');
  if (bytes.length < 4) throw new DecodeError('too-short');
  switch (bytes.readUInt16BE(0)) {
    case opcodes.ACK:
      return { kind: 'ACK', block: bytes.readUInt16BE(2) };
    case opcodes.DATA:
      return decodeData(bytes);
    case opcodes.RRQ:
      return decodeRequest('RRQ', bytes);
    case opcodes.WRQ:
      return decodeRequest('WRQ', bytes);
    case opcodes.ERROR:
      return decodeError(bytes);
    case opcodes.OACK:
      checkLength(bytes);
      return { kind: 'OACK', options: readOptions(bytes, 2) };
    default:
      throw new DecodeError('unknown-opcode');
  }
}

function decodeData(bytes: Buffer): Packet {
  if (bytes.length > dataHeaderBytes + maxPayloadBytes) throw new DecodeError('payload-too-long');
  return {
    kind: 'DATA',
    block: bytes.readUInt16BE(2),
    payload: bytes.subarray(dataHeaderBytes),
  };
}

function decodeRequest(kind: Request['kind'], bytes: Buffer): Request {
  checkLength(bytes);
  const filenameEnd = findNul(bytes, 2);
  if (filenameEnd === 2) throw new DecodeError('empty-filename');
  const modeEnd = findNul(bytes, filenameEnd + 1);
  return {
    kind,
    filename: bytes.toString('utf8', 2, filenameEnd),
    mode: bytes.toString('latin1', filenameEnd + 1, modeEnd).toLowerCase(),
    options: readOptions(bytes, modeEnd + 1),
  };
}

/** The message may lack its NUL: clients in firmware forget it, and the code alone is enough. */
function decodeError(bytes: Buffer): Packet {
  const end = bytes.indexOf(0, 4);
  const stop = Math.min(end === -1 ? bytes.length : end, maxRequestBytes);
  return { kind: 'ERROR', code: bytes.readUInt16BE(2), message: bytes.toString('utf8', 4, stop) };
}

/** Some ROMs pad a request with NULs, so an empty option name ends the list. The first of a name counts. */
function readOptions(bytes: Buffer, start: number): Map<string, string> {
  const options = new Map<string, string>();
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) {
    const nameEnd = findNul(bytes, at);
    if (nameEnd + 1 >= bytes.length) throw new DecodeError('option-without-value');
    const valueEnd = findNul(bytes, nameEnd + 1);
    const name = bytes.toString('latin1', at, nameEnd).toLowerCase();
    if (!options.has(name)) options.set(name, bytes.toString('latin1', nameEnd + 1, valueEnd));
    at = valueEnd + 1;
  }
  return options;
}

function findNul(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(0, from);
  if (at === -1) throw new DecodeError('string-not-terminated');
  return at;
}

function checkLength(bytes: Buffer): void {
  if (bytes.length > maxRequestBytes) throw new DecodeError('request-too-long');
}
