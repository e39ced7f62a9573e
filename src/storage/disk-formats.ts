import { open } from 'node:fs/promises';
import { CafebootError } from '../errors.ts';

/** Formats of disk files that are read and written, by the names that people use. */
export const diskFormats = ['raw', 'qcow2', 'vhd', 'vhdx', 'vmdk'] as const;
export type DiskFormat = (typeof diskFormats)[number];

const sectorBytes = 512;

/** The beginning and the end of a file, which tell its format. */
export interface FileEnds {
  path: string;
  /** The first sector, filled with zeros where the file is shorter. */
  head: Buffer;
  /** The last sector: where a VHD of fixed size has its only mark. */
  tail: Buffer;
}

/** Files that hold a disk, packed or in another format: importing one as raw would boot nothing. */
const foreign: readonly [name: string, offset: number, magic: Buffer][] = [
  ['gzip', 0, Buffer.from([0x1f, 0x8b])],
  ['xz', 0, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['zip', 0, Buffer.from('PK\x03\x04')],
  ['7z', 0, Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])],
  ['zstd', 0, Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['bzip2', 0, Buffer.from('BZh')],
  ['wim', 0, Buffer.from('MSWIM\0\0\0')],
  ['vdi', 0x40, Buffer.from([0x7f, 0x10, 0xda, 0xbe])],
  ['vmdk (ESX)', 0, Buffer.from('COWD')],
];

export async function readEnds(path: string): Promise<FileEnds> {
  await using file = await open(path);
  const { size } = await file.stat();
  const [head, tail] = [Buffer.alloc(sectorBytes), Buffer.alloc(sectorBytes)];
  await file.read(head, 0, sectorBytes, 0);
  await file.read(tail, 0, sectorBytes, Math.max(size - sectorBytes, 0));
  return { path, head, tail };
}

/**
 * Refuses what must not even be opened as a disk. Such files come from anywhere, and some formats name other
 * files, which qemu-img would open to look. Throws `disk_file_refers`, and `disk_file_unknown` for what is
 * packed or of a format that is not read.
 */
export function refuseForeign({ path, head, tail }: FileEnds): void {
  const other = findReference(head, tail);
  if (other !== undefined) throw new CafebootError('disk_file_refers', { path, other });
  const known = foreign.find(([, offset, magic]) =>
    head.subarray(offset, offset + magic.length).equals(magic),
  );
  if (known) throw new CafebootError('disk_file_unknown', { path, format: known[0] });
}

/** Of what kind the other file is. A backing file is named by qemu-img, which does not open it to look. */
function findReference(head: Buffer, tail: Buffer): string | undefined {
  if (beginsWith(head, '# Disk Desc')) return 'VMDK extent';
  // VMware's Virtual Disk Format 5.0: with no capacity, at 12, the header only leads to a descriptor.
  if (beginsWith(head, 'KDMV') && head.readBigUInt64LE(12) === 0n) return 'VMDK extent';
  // The qcow2 specification: of the incompatible features at 72, since version 3, bit 2 is external data.
  const isQcow2 = beginsWith(head, 'QFI\xfb') && head.readUInt32BE(4) >= 3;
  if (isQcow2 && (head.readBigUInt64BE(72) & 4n) !== 0n) return 'qcow2 data file';
  // Microsoft's VHD specification: the disk type at 60 is 4 where only differences to a parent are held.
  const isDifference = (bytes: Buffer) => isVhdMark(bytes) && bytes.readUInt32BE(60) === 4;
  return isDifference(head) || isDifference(tail) ? 'VHD parent' : undefined;
}

/** A VHD of fixed size is a raw disk with a footer behind it, which qemu-img does not look for. */
export const isFixedVhd = ({ head, tail }: FileEnds): boolean =>
  isVhdMark(tail) && !isVhdMark(head);

const isVhdMark = (bytes: Buffer) => beginsWith(bytes, 'conectix');

const beginsWith = (bytes: Buffer, magic: string) => bytes.indexOf(magic, 0, 'latin1') === 0;
