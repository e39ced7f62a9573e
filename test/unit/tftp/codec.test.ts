import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError, decodePacket } from '../../../src/tftp/decode.ts';
import { encodePacket } from '../../../src/tftp/encode.ts';
import type { Packet } from '../../../src/tftp/packet.ts';

const none: ReadonlyMap<string, string> = new Map();

/** A packet written as text, with `\0` between strings. */
const wire = (text: string) => Buffer.from(text, 'latin1');

test.each<[string, Buffer, Packet]>([
  [
    'a plain read request',
    wire('\0\x01undionly.kpxe\0octet\0'),
    { kind: 'RRQ', filename: 'undionly.kpxe', mode: 'octet', options: none },
  ],
  [
    'option names and the mode in any case',
    wire('\0\x01a\0OcTeT\0BlkSize\x001468\0TSIZE\x000\0'),
    {
      kind: 'RRQ',
      filename: 'a',
      mode: 'octet',
      options: new Map([
        ['blksize', '1468'],
        ['tsize', '0'],
      ]),
    },
  ],
  [
    'a request padded with NULs by a ROM',
    wire('\0\x01a\0octet\0\0\0\0\0'),
    { kind: 'RRQ', filename: 'a', mode: 'octet', options: none },
  ],
  [
    'the first of an option given twice',
    wire('\0\x01a\0octet\0blksize\x00512\0blksize\x00999\0'),
    { kind: 'RRQ', filename: 'a', mode: 'octet', options: new Map([['blksize', '512']]) },
  ],
  [
    'a write request',
    wire('\0\x02a\0netascii\0'),
    { kind: 'WRQ', filename: 'a', mode: 'netascii', options: none },
  ],
  ['an ACK', wire('\0\x04\xff\xff'), { kind: 'ACK', block: 65_535 }],
  ['an empty DATA', wire('\0\x03\0\0'), { kind: 'DATA', block: 0, payload: Buffer.alloc(0) }],
  ['an ERROR', wire('\0\x05\0\x08no\0'), { kind: 'ERROR', code: 8, message: 'no' }],
  [
    'an ERROR without its NUL',
    wire('\0\x05\0\x01gone'),
    { kind: 'ERROR', code: 1, message: 'gone' },
  ],
  ['an OACK', wire('\0\x06tsize\x007\0'), { kind: 'OACK', options: new Map([['tsize', '7']]) }],
])('decodes %s', (_, bytes, packet) => {
  expect(decodePacket(bytes)).toEqual(packet);
});

test.each<[string, Buffer]>([
  ['empty', wire('')],
  ['too-short', wire('\0\x04\0')],
  ['unknown-opcode', wire('\0\x07\0\0')],
  ['unknown-opcode', wire('\x01\x01a\0octet\0')],
  ['request-too-long', Buffer.concat([wire('\0\x01'), Buffer.alloc(511, 'a')])],
  ['string-not-terminated', wire('\0\x01abc')],
  ['string-not-terminated', wire('\0\x01a\0octet')],
  ['string-not-terminated', wire('\0\x01a\0octet\0blksize\x0012')],
  ['empty-filename', wire('\0\x01\0octet\0')],
  ['option-without-value', wire('\0\x01a\0octet\0blksize\0')],
  ['payload-too-long', Buffer.concat([wire('\0\x03\0\x01'), Buffer.alloc(65_465)])],
])('names why it does not decode: %s', (reason, bytes) => {
  expect(() => decodePacket(bytes)).toThrow(expect.objectContaining({ reason }));
});

test('any bytes decode to a packet or throw a DecodeError', () => {
  const opcode = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7);
  fc.assert(
    fc.property(opcode, fc.uint8Array({ maxLength: 600 }), (code, rest) => {
      try {
        decodePacket(Buffer.from([0, code, ...rest]));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: 2_000 },
  );
});

const text = fc.stringMatching(/^[a-z0-9 ./-]{1,40}$/);
const options = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z]{1,10}$/), text), { maxLength: 6 })
  .map((entries) => new Map(entries));
const block = fc.integer({ min: 0, max: 65_535 });
const packets: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('RRQ' as const, 'WRQ' as const),
    filename: text,
    mode: fc.constantFrom('octet', 'netascii', 'mail'),
    options,
  }),
  fc.record({ kind: fc.constant('ACK' as const), block }),
  fc.record({ kind: fc.constant('ERROR' as const), code: block, message: text }),
  fc.record({
    kind: fc.constant('OACK' as const),
    options: options.filter(({ size }) => size > 0),
  }),
  fc.record({
    kind: fc.constant('DATA' as const),
    block,
    payload: fc.uint8Array({ maxLength: 1468 }).map((bytes) => Buffer.from(bytes)),
  }),
);

test('what is encoded decodes to the same', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      expect(decodePacket(encodePacket(packet))).toEqual(packet);
    }),
  );
});

test('a NUL inside a string cannot smuggle in another field', () => {
  const bytes = encodePacket({ kind: 'ERROR', code: 0, message: 'a\0b' });
  expect(decodePacket(bytes)).toEqual({ kind: 'ERROR', code: 0, message: 'ab' });
});
