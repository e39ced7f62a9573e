import { describe, expect, test } from 'vitest';
import { isFixedVhd, refuseForeign } from '../../../src/storage/disk-formats.ts';

const sector = (fill: (bytes: Buffer) => void = () => {}) => {
  const bytes = Buffer.alloc(512);
  fill(bytes);
  return bytes;
};
const refuse = (head: Buffer, tail = sector()) => refuseForeign({ path: '/d', head, tail });
const qcow2 = (version: number, change: (bytes: Buffer) => void = () => {}) =>
  sector((bytes) => {
    bytes.write('QFI\xfb', 'latin1');
    bytes.writeUInt32BE(version, 4);
    change(bytes);
  });
const vhd = (type: number) =>
  sector((bytes) => {
    bytes.write('conectix');
    bytes.writeUInt32BE(type, 60);
  });
const vmdk = (capacitySectors: bigint) =>
  sector((bytes) => {
    bytes.write('KDMV');
    bytes.writeBigUInt64LE(capacitySectors, 12);
  });

describe('the ends of a disk file', () => {
  test.each([
    ['an empty disk', sector(), undefined],
    ['an MBR', sector((bytes) => bytes.writeUInt16LE(0xaa55, 510)), undefined],
    ['a qcow2', qcow2(2), undefined],
    ['a qcow2 with lazy refcounts', qcow2(3, (b) => b.writeBigUInt64BE(1n, 72)), undefined],
    // Version 2 has no features there.
    ['an old qcow2', qcow2(2, (bytes) => bytes.writeBigUInt64BE(4n, 72)), undefined],
    ['a dynamic VHD', vhd(3), undefined],
    ['a fixed VHD', sector(), vhd(2)],
    ['a VHDX', sector((bytes) => bytes.write('vhdxfile')), undefined],
    ['a VMDK', vmdk(1n), undefined],
  ])('%s may be opened', (_, head, tail) => expect(() => refuse(head, tail)).not.toThrow());

  test.each([
    ['a qcow2 with external data', qcow2(3, (bytes) => bytes.writeBigUInt64BE(5n, 72)), sector()],
    ['a differencing VHD', vhd(4), sector()],
    ['a differencing VHD by its footer', sector(), vhd(4)],
    ['a VMDK of only a descriptor', sector((b) => b.write('# Disk DescriptorFile')), sector()],
    ['a VMDK whose header leads to one', vmdk(0n), sector()],
  ])('%s is not opened: it names other files', (_, head, tail) => {
    expect(() => refuse(head, tail)).toThrowError(/disk_file_refers/);
  });

  test.each([
    ['gzip', Buffer.from([0x1f, 0x8b, 8]), 0],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 0],
    ['zip', Buffer.from('PK\x03\x04'), 0],
    ['wim', Buffer.from('MSWIM\0\0\0'), 0],
    ['vdi', Buffer.from([0x7f, 0x10, 0xda, 0xbe]), 0x40],
  ])('%s is no disk that could boot, and said so', (format, magic, offset) => {
    expect(() => refuse(sector((bytes) => magic.copy(bytes, offset)))).toThrowError(
      `disk_file_unknown {"path":"/d","format":"${format}"}`,
    );
  });

  test.each([
    [sector(), vhd(2), true],
    [vhd(3), vhd(3), false],
    [sector(), sector(), false],
  ])('only a fixed VHD is told by its end alone', (head, tail, expected) => {
    expect(isFixedVhd({ path: '/d', head, tail })).toBe(expected);
  });
});
