import { describe, expect, test } from 'vitest';
import { decode } from '../../../src/dhcp/decode.ts';
import { DecodeError } from '../../../src/dhcp/decode-error.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { readClientMessages } from '../../fixtures/pcap.ts';

/** A DISCOVER's header with these bytes as its options field. */
function messageWithOptions(...options: number[]): Buffer {
  const header = Buffer.alloc(240);
  header.set([1, 1, 6, 0], 0);
  header.writeUInt32BE(0x63825363, 236);
  return Buffer.concat([header, Buffer.from(options)]);
}

function reasonOf(bytes: Buffer): string {
  try {
    decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
  return 'none';
}

test('a UEFI DISCOVER as captured', () => {
  const [first] = readClientMessages('uefi-pxe-dnsmasq-proxy');
  const packet = decode(first?.bytes ?? Buffer.alloc(0));
  expect(packet).toMatchObject({ op: 1, htype: 1, xid: 0xc04ed197, flags: 0x8000, ciaddr: 0 });
  expect(packet.chaddr.toString('hex')).toBe('525400770010');
  expect([...packet.options.keys()]).toEqual([53, 57, 55, 97, 94, 93, 60]);
  expect(field.vendorClass.read(packet.options)).toBe('PXEClient:Arch:00007:UNDI:003000');
  expect(field.clientArchs.read(packet.options)).toEqual([7]);
  expect(field.clientInterface.read(packet.options)).toEqual({ type: 1, major: 3, minor: 0 });
});

describe('options field', () => {
  test('pad bytes between options and bytes after END are skipped', () => {
    const { options } = decode(messageWithOptions(0, 53, 1, 1, 0, 0, 12, 2, 65, 66, 255, 54, 9));
    expect([...options.keys()]).toEqual([53, 12]);
    expect(field.hostName.read(options)).toBe('AB');
  });

  test('a missing END is tolerated', () => {
    expect(field.messageType.read(decode(messageWithOptions(53, 1, 3)).options)).toBe(3);
  });

  test('an empty option is present', () => {
    expect(decode(messageWithOptions(80, 0, 255)).options.get(80)?.length).toBe(0);
  });

  test('parts of a repeated option are joined (RFC 3396)', () => {
    const { options } = decode(messageWithOptions(67, 2, 97, 98, 53, 1, 1, 67, 1, 99, 255));
    expect(field.bootFileName.read(options)).toBe('abc');
  });
});

describe('option overload', () => {
  function overloaded(which: number): Buffer {
    const bytes = messageWithOptions(52, 1, which, 67, 1, 97, 255);
    bytes.set([67, 1, 98, 255], 108);
    bytes.set([67, 1, 99, 255], 44);
    return bytes;
  }

  test.each([
    { which: 1, bootFile: 'ab', file: '', sname: 'C\x01c\xff' },
    { which: 2, bootFile: 'ac', file: 'C\x01b\xff', sname: '' },
    { which: 3, bootFile: 'abc', file: '', sname: '' },
  ])('value $which reads the right fields, file before sname', ({ which, ...expected }) => {
    const { options, file, sname } = decode(overloaded(which));
    expect({ bootFile: field.bootFileName.read(options), file, sname }).toEqual(expected);
    expect(options.has(52)).toBe(false);
  });

  test('an overload option inside a borrowed field is not followed', () => {
    const bytes = messageWithOptions(52, 1, 1, 255);
    bytes.set([52, 1, 2, 255], 108);
    bytes.set([12, 1, 65, 255], 44);
    expect(decode(bytes).options.has(12)).toBe(false);
  });
});

describe('refused', () => {
  const cookieless = messageWithOptions(53, 1, 1, 255);
  cookieless[236] = 0;
  const longAddress = messageWithOptions(53, 1, 1, 255);
  longAddress[2] = 17;
  const badFile = messageWithOptions(52, 1, 1, 255);
  badFile.set([12, 200], 108);

  test.each([
    ['an empty datagram', Buffer.alloc(0), 'too-short'],
    ['a header without cookie', Buffer.alloc(239), 'too-short'],
    ['another cookie', cookieless, 'bad-cookie'],
    ['a hardware address longer than chaddr', longAddress, 'bad-hardware-address'],
    ['an option without length', messageWithOptions(53), 'truncated-option'],
    ['an option running over the end', messageWithOptions(53, 1, 1, 60, 9, 80), 'truncated-option'],
    ['an option running over a borrowed field', badFile, 'truncated-option'],
    ['a jumbo datagram', Buffer.concat([messageWithOptions(), Buffer.alloc(4096)]), 'too-long'],
  ])('%s', (_what, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason);
  });
});
