import { dataHeaderBytes, opcodes, type Packet } from './packet.ts';

/** The bytes of one packet. A NUL inside a string would end it early on the wire, so it is dropped. */
export function encodePacket(packet: Packet): Buffer {
  switch (packet.kind) {
    case 'ACK':
      return numbers(opcodes.ACK, packet.block);
    case 'DATA': {
      const bytes = Buffer.allocUnsafe(dataHeaderBytes + packet.payload.length);
      writeDataHeader(bytes, packet.block);
      bytes.set(packet.payload, dataHeaderBytes);
      return bytes;
    }
    case 'ERROR':
      return Buffer.concat([numbers(opcodes.ERROR, packet.code), string(packet.message)]);
    case 'OACK':
      return Buffer.concat([opcode(opcodes.OACK), ...strings(packet.options)]);
    default:
      return Buffer.concat([
        opcode(opcodes[packet.kind]),
        string(packet.filename),
        string(packet.mode),
        ...strings(packet.options),
      ]);
  }
}

/** Writes opcode and block number of a DATA packet; `block` is the whole count, rolled over here. */
export function writeDataHeader(bytes: Buffer, block: number): void {
  bytes.writeUInt16BE(opcodes.DATA, 0);
  bytes.writeUInt16BE(block & 0xffff, 2);
}

function opcode(code: number): Buffer {
  return Buffer.from([code >> 8, code & 0xff]);
}

function numbers(code: number, value: number): Buffer {
  return Buffer.from([code >> 8, code & 0xff, value >> 8, value & 0xff]);
}

function string(text: string): Buffer {
  return Buffer.from(`${text.replaceAll('\0', '')}\0`, 'utf8');
}

function strings(options: ReadonlyMap<string, string>): Buffer[] {
  return [...options].flatMap(([name, value]) => [string(name), string(value)]);
}
