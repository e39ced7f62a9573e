import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, decideIgnoreReasons } from '../../../src/boot/decide.ts';
import { identify, identifyIgnoreReasons } from '../../../src/boot/identify.ts';
import { destinationOf } from '../../../src/dhcp/addressing.ts';
import { decode } from '../../../src/dhcp/decode.ts';
import { DecodeError } from '../../../src/dhcp/decode-error.ts';
import { encode } from '../../../src/dhcp/encode.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { planWith } from '../../fixtures/dhcp.ts';
import { listCaptures, readClientMessages } from '../../fixtures/pcap.ts';

const messages = listCaptures()
  .flatMap(readClientMessages)
  .map(({ bytes }) => bytes);

const mutated = fc
  .tuple(
    fc.constantFrom(...messages),
    // Mostly in the options: that is where the decisions are.
    fc.array(fc.tuple(fc.oneof(fc.nat(239), fc.integer({ min: 240, max: 420 })), fc.nat(255)), {
      maxLength: 6,
    }),
  )
  .map(([original, changes]) => {
    const bytes = Buffer.from(original);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

const plans = fc
  .record({
    known: fc.boolean(),
    unknownPolicy: fc.constantFrom('ignore', 'local', 'menu', 'adopt'),
    rechain: fc.constantFrom('never', 'always', 'missing-features'),
    efiOffer: fc.constantFrom('boot-server', 'direct', 'plain'),
    serves: fc.constantFrom('all', 'http-boot', 'nothing'),
    bootFileFetched: fc.boolean(),
    recentRechains: fc.nat(10),
  })
  .map(planWith);

test('whatever a PC sends, the answer is sound or there is a named reason', () => {
  let replies = 0;
  const property = fc.property(
    mutated,
    plans,
    fc.constantFrom('dhcp', 'pxe'),
    (bytes, plan, port) => {
      try {
        const request = decode(bytes);
        const identified = identify(request);
        if (identified.kind === 'ignore') {
          expect(identifyIgnoreReasons).toContain(identified.reason);
          return;
        }
        const decision = decide(identified.client, request, plan, port);
        if (decision.kind === 'ignore') {
          expect(decideIgnoreReasons).toContain(decision.reason);
          return;
        }
        replies++;
        const reply = decode(encode(decision.packet));
        expect(reply).toMatchObject({ op: 2, yiaddr: 0, xid: request.xid, chaddr: request.chaddr });
        expect(field.vendorClass.read(reply.options)).toMatch(/^(PXE|HTTP)Client$/);
        expect(reply.options.has(field.leaseSeconds.code)).toBe(false);
        expect(decision.answer.target).not.toBe('');
        expect([67, 68]).toContain(destinationOf(request, reply).port);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    },
  );
  fc.assert(property, { seed: 20_260_401, numRuns: 5_000 });
  expect(replies).toBeGreaterThan(500);
});
