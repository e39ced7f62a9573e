import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHeldBy } from '../../../src/boot/lease-address.ts';
import { createReservations } from '../../../src/boot/reservations.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { formatIpv4, parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import { createRules, macOf, otherServer, ownServer } from '../../fixtures/leases.ts';

const base = parseIpv4('10.77.0.0');
const client = fc.integer({ min: 1, max: 6 }).map(macOf);
const address = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 99, max: 104 }).map((last) => base + last) },
  fc.constantFrom(0, base, base + 1, base + 254, base + 255, base + 0x10000),
);

/** Any message of any of a few clients, some time after the one before. */
const step = fc.record({
  type: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(messageType.discover, messageType.request) },
    fc.constantFrom(...Object.values(messageType)),
  ),
  client,
  ciaddr: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, address),
  requested: fc.option(address, { nil: undefined }),
  serverIdentifier: fc.option(fc.constantFrom(ownServer, otherServer), { nil: undefined }),
  hostName: fc.constant(null),
  afterMs: fc.constantFrom(0, 0, 0, 1_000, 31_000, 400_000, 1_100_000, 4_000_000),
});

const reserved = fc
  .uniqueArray(fc.integer({ min: 98, max: 104 }), { maxLength: 4 })
  .map((lasts) => lasts.map((last, index) => ({ mac: macOf(index + 1), ip: `10.77.0.${last}` })));

test('whatever clients say: one address one client, within the range, and reservations win', () => {
  const inRange = (given: number) => given >= base + 100 && given <= base + 109;
  fc.assert(
    fc.property(reserved, fc.array(step, { maxLength: 60, size: 'max' }), (hosts, steps) => {
      const rules = createRules({ hosts });
      const reservations = createReservations(hosts);
      /** What each client believes to have, and until when: as the ACKs told it. */
      const believed = new Map<number, { client: string; untilMs: number }>();
      for (const { afterMs, ...message } of steps) {
        rules.clock.now += afterMs;
        const { now } = rules.clock;
        const decision = rules.send(message);
        if (decision.kind === 'released' || decision.kind === 'declined') {
          believed.delete(decision.address);
        }
        if (decision.kind !== 'offer' && decision.kind !== 'ack') continue;
        const given = decision.address;

        const other = believed.get(given);
        const isFree = !other || other.client === message.client || other.untilMs <= now;
        expect(isFree, `${formatIpv4(given)} is given twice`).toBe(true);
        const owner = reservations.clientAt(given);
        expect(owner === undefined ? inRange(given) : owner === message.client).toBe(true);
        expect(given).not.toBe(ownServer);
        const own = reservations.addressOf(message.client);
        if (decision.kind === 'offer' && own !== undefined && own !== given) {
          // Only where its own one cannot be had: another device was found there.
          const lease = rules.table.at(own);
          expect(lease && lease.endsAt > now && !isHeldBy(lease, message.client, now)).toBe(true);
        }
        if (decision.kind === 'ack') {
          for (const [held, { client }] of believed) {
            if (client === message.client) believed.delete(held);
          }
          believed.set(given, { client: message.client, untilMs: now + 1_000_000 });
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a PC keeps its address through any number of boots while nothing else changes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ client, afterMs: fc.integer({ min: 0, max: 5_000_000 }) }), {
        maxLength: 40,
      }),
      (boots) => {
        const rules = createRules({ subnet: { range: '10.77.0.100-10.77.0.113' } });
        const had = new Map<string, string>();
        for (const { client, afterMs } of boots) {
          rules.clock.now += afterMs;
          const given = rules.boot(client);
          expect(given).toBe(had.get(client) ?? given);
          had.set(client, given);
        }
        expect(new Set(had.values()).size).toBe(had.size);
      },
    ),
  );
});
