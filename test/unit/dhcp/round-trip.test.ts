import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode } from '../../../src/dhcp/decode.ts';
import { DecodeError } from '../../../src/dhcp/decode-error.ts';
import { encode } from '../../../src/dhcp/encode.ts';
import type { Packet } from '../../../src/dhcp/packet.ts';
import { decodePxeOptions } from '../../../src/dhcp/pxe.ts';
import { listCaptures, readClientMessages } from '../../fixtures/pcap.ts';

const seed = 20_260_401;

const unsigned = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const buffer = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes));
const latin1 = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map((codes) => String.fromCharCode(...codes));

/** Any message that the wire can carry: option 52 belongs to the decoder, 0 and 255 are no options. */
const packets: fc.Arbitrary<Packet> = fc.record({
  op: unsigned(8),
  htype: unsigned(8),
  hops: unsigned(8),
  xid: unsigned(32),
  secs: unsigned(16),
  flags: unsigned(16),
  ciaddr: unsigned(32),
  yiaddr: unsigned(32),
  siaddr: unsigned(32),
  giaddr: unsigned(32),
  chaddr: buffer(16),
  sname: latin1(64),
  file: latin1(128),
  options: fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 254 }).filter((code) => code !== 52),
        buffer(600),
      ),
      {
        maxLength: 6,
      },
    )
    .map((entries) => new Map(entries)),
});

const capturedMessages = listCaptures()
  .flatMap(readClientMessages)
  .map(({ bytes }) => bytes);

/** Real messages with some bytes changed, and possibly cut short. */
const mutatedMessages = fc
  .tuple(
    fc.constantFrom(...capturedMessages),
    fc.array(fc.tuple(fc.nat(600), unsigned(8)), { maxLength: 12 }),
    fc.option(fc.nat(500), { freq: 3 }),
  )
  .map(([original, changes, cut]) => {
    const bytes = Buffer.from(original);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes.subarray(0, cut ?? bytes.length);
  });

function tryDecode(bytes: Buffer): Packet | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

test('every message survives encoding and decoding', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      expect(decode(encode(packet))).toEqual(packet);
    }),
    { seed, numRuns: 500 },
  );
});

test('any bytes decode to a message or a DecodeError', () => {
  const cookied = buffer(900).map((bytes) => {
    if (bytes.length >= 240) bytes.writeUInt32BE(0x63825363, 236);
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(buffer(5000), cookied, mutatedMessages), (bytes) => {
      const packet = tryDecode(bytes);
      if (packet) for (const value of packet.options.values()) decodePxeOptions(value);
    }),
    { seed, numRuns: 5_000 },
  );
});

test('what was decoded is kept by encoding it again', () => {
  fc.assert(
    fc.property(mutatedMessages, (bytes) => {
      const packet = tryDecode(bytes);
      if (packet) expect(decode(encode(packet))).toEqual(packet);
    }),
    { seed, numRuns: 2_000 },
  );
});

test('the worst message is decoded in bounded time', () => {
  const worst = Buffer.alloc(4096);
  worst.writeUInt32BE(0x63825363, 236);
  for (let at = 240; at + 3 <= worst.length; at += 3) worst.set([43, 1, 0], at);
  const started = performance.now();
  expect(decode(worst).options.get(43)?.length).toBe(1285);
  expect(performance.now() - started).toBeLessThan(100);
});
