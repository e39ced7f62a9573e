/** POSIX tar (pax, IEEE 1003.1): 512-byte blocks, a header before each file. Any tar reads what is written. */
export const blockBytes = 512;

export interface TarEntry {
  name: string;
  sizeBytes: number;
}

/** ustar's field takes no more; longer names, and those beyond ASCII, go into an extended header. */
const shortNameBytes = 100;
/** What eleven octal digits can say; more is written in base 256, as GNU and BSD do. */
const largestOctal = 0o77777777777;

/** Bytes after a file's content, up to the next block. */
export const paddingOf = (sizeBytes: number): number =>
  (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

/** What comes before a file's content. */
export function encodeTarHeader({ name, sizeBytes }: TarEntry, modifiedAtMs: number): Buffer {
  const seconds = Math.floor(modifiedAtMs / 1000);
  if (Buffer.byteLength(name) <= shortNameBytes && /^[\x20-\x7e]*$/.test(name)) {
    return encodeBlock(name, sizeBytes, seconds, '0');
  }
  const record = paxRecord('path', name);
  return Buffer.concat([
    encodeBlock('pax', record.length, seconds, 'x'),
    record,
    Buffer.alloc(paddingOf(record.length)),
    encodeBlock('long-name', sizeBytes, seconds, '0'),
  ]);
}

/** After the last file. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * blockBytes);

function encodeBlock(name: string, sizeBytes: number, seconds: number, type: string): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0);
  block.write('0000600\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  writeSize(block, sizeBytes);
  block.write(`${seconds.toString(8).padStart(11, '0')}\0`, 136);
  block.write(type, 156);
  block.write('ustar\0' + '00', 257);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function writeSize(block: Buffer, sizeBytes: number): void {
  if (sizeBytes <= largestOctal) {
    block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124);
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(sizeBytes), 128);
}

/** Its own field counts as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (const [index, byte] of block.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum;
}

/** `length key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (String(length).length + Buffer.byteLength(rest) !== length) {
    length = String(length).length + Buffer.byteLength(rest);
  }
  return Buffer.from(`${length}${rest}`);
}

/** A header block; `isExtended`: its content is a pax header of the next one. */
export interface TarBlock extends TarEntry {
  isExtended: boolean;
}

/** Undefined for the block of zeros at the end. Throws RangeError for what is no header. */
export function parseTarBlock(block: Buffer): TarBlock | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const text = (from: number, to: number) =>
    block.subarray(from, to).toString('latin1').split('\0')[0] ?? '';
  if (Number.parseInt(text(148, 156), 8) !== checksum(block)) throw new RangeError('checksum');
  const type = text(156, 157);
  if (type !== '0' && type !== 'x') throw new RangeError(`type ${type}`);
  const isLarge = ((block[124] ?? 0) & 0x80) !== 0;
  const sizeBytes = isLarge
    ? Number(block.readBigUInt64BE(128))
    : Number.parseInt(text(124, 136), 8);
  if (!Number.isSafeInteger(sizeBytes)) throw new RangeError('size');
  return { name: text(0, 100), sizeBytes, isExtended: type === 'x' };
}

/** The name in a pax header; undefined where it has none. */
export function parsePaxName(content: Buffer): string | undefined {
  return /^\d+ path=(.*)\n/m.exec(content.toString('utf8'))?.[1];
}
