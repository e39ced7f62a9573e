import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LeaseMessage } from '../../../src/boot/lease-message.ts';
import { parseSubnets, type Subnet, type SubnetFields } from '../../../src/boot/subnet.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { formatIpv4 } from '../../../src/dhcp/ipv4.ts';
import type { LeaseWork } from '../../../src/service/leases.ts';
import { createFakeServices } from '../../fakes/services.ts';
import { cafeSubnet, macOf, ownServer } from '../../fixtures/leases.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cafeboot-leases-'));
});
afterEach(() => rm(directory, { recursive: true }));

function parse(fields: SubnetFields): Subnet {
  const [parsed] = parseSubnets([fields]);
  if (!parsed) throw new Error('no subnet');
  return parsed;
}
const subnet = parse(cafeSubnet);
const wide = parse({ subnet: '10.0.0.0/8', range: '10.1.0.0-10.1.9.255' });
const tiny = parse({ ...cafeSubnet, range: '10.77.0.100-10.77.0.101' });

const message = (type: number, number: number, more: Partial<LeaseMessage> = {}): LeaseMessage => ({
  type,
  client: macOf(number),
  ciaddr: 0,
  requested: undefined,
  serverIdentifier: undefined,
  hostName: null,
  ...more,
});
const discover = (number: number) => message(messageType.discover, number);
const select = (number: number, requested: number) =>
  message(messageType.request, number, { requested, serverIdentifier: ownServer });

async function open(path = ':memory:') {
  const fake = await createFakeServices(path);
  const { leases, timeline } = fake.services;
  const work = (more: Partial<LeaseWork> = {}): LeaseWork => ({
    subnet,
    serverAddress: ownServer,
    isOwn: (address) => address === ownServer,
    ...more,
  });
  return {
    ...fake,
    leases,
    work,
    events: (kind: string) => timeline.list({}).filter((each) => each.kind === kind),
    async boot(number: number, more: Partial<LeaseWork> = {}) {
      const offer = await leases.handle(discover(number), work(more));
      if (offer.kind !== 'offer') throw new Error(offer.kind);
      return leases.handle(select(number, offer.address), work(more));
    },
  };
}

describe('the disk', () => {
  test('a lease is on it before its ACK, and is there after whatever ended the process', async () => {
    const path = join(directory, 'cafeboot.db');
    const before = await open(path);
    const acks = await Promise.all([1, 2, 3].map((number) => before.boot(number)));
    expect(acks.map(({ kind }) => kind)).toEqual(['ack', 'ack', 'ack']);
    const given = before.leases.list();
    expect(given).toHaveLength(3);
    // What a killed process leaves: the files as they are, nothing closed.
    const copy = join(directory, 'copy.db');
    for (const end of ['', '-wal']) await copyFile(path + end, copy + end);
    const after = await open(copy);
    expect(after.leases.list()).toEqual(given);
    const again = await after.leases.handle(discover(1), after.work());
    expect(again).toMatchObject({ kind: 'offer', isNew: false, changes: [] });
  });

  test('an offer alone leaves nothing there', async () => {
    const { leases, work } = await open();
    await leases.handle(discover(1), work());
    expect(leases.list()).toEqual([]);
  });
});

describe('before an address is given for the first time', () => {
  test('somebody looks whether it is in use; the next one is tried', async () => {
    const { boot } = await open();
    const findOwner = vi
      .fn<(address: string) => Promise<string | undefined>>()
      .mockResolvedValueOnce('00:00:5e:00:00:01')
      .mockResolvedValue(undefined);
    const ack = await boot(1, { findOwner });
    expect(findOwner).toHaveBeenCalledTimes(2);
    const [[first], [second]] = findOwner.mock.calls as [[string], [string]];
    expect(ack).toMatchObject({ kind: 'ack' });
    expect(ack.kind === 'ack' && formatIpv4(ack.address)).toBe(second);
    expect(first).not.toBe(second);
  });

  test('nobody looks where the client is known, nor finds the client itself', async () => {
    const { boot } = await open();
    await boot(1, { findOwner: async () => macOf(1) });
    const findOwner = vi.fn(async () => undefined);
    await boot(1, { findOwner });
    expect(findOwner).not.toHaveBeenCalled();
  });

  test('a client that asks again meanwhile is not offered what nobody has looked at yet', async () => {
    const { leases, work } = await open();
    const looked = Promise.withResolvers<undefined>();
    const first = leases.handle(discover(1), work({ findOwner: () => looked.promise }));
    const again = await leases.handle(discover(1), work({ findOwner: () => looked.promise }));
    expect(again.kind).toBe('wait');
    looked.resolve(undefined);
    expect((await first).kind).toBe('offer');
  });

  test('one that asks again after a look that found nothing free is looked for again', async () => {
    const { leases, work } = await open();
    const findOwner = vi.fn(async (_address: string) => '00:00:5e:00:00:01');
    const ask = () => leases.handle(discover(1), work({ findOwner, subnet: wide }));
    expect((await ask()).kind).toBe('wait');
    expect((await ask()).kind).toBe('wait');
    const looked = findOwner.mock.calls.map(([address]) => address);
    expect(looked).toHaveLength(32);
    expect(new Set(looked).size).toBe(32);
  });

  test('where everything is in use it says so, and tries again later', async () => {
    const { leases, work, clock } = await open();
    const findOwner = async () => '00:00:5e:00:00:01';
    expect((await leases.handle(discover(1), work({ findOwner }))).kind).toBe('exhausted');
    clock.now += 30_000;
    const outcome = await leases.handle(discover(1), work({ findOwner: async () => undefined }));
    expect(outcome.kind).toBe('offer');
  });

  test('a flood of new clients is not looked at one by one', async () => {
    const { leases, work, services } = await open();
    const findOwner = vi.fn(async () => undefined);
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    const outcomes = await Promise.all(
      numbers.map((number) =>
        leases.handle(
          { ...discover(0), client: `52:54:00:00:${number >> 8}:${number & 255}` },
          work({ findOwner, subnet: wide }),
        ),
      ),
    );
    expect(outcomes.every(({ kind }) => kind === 'offer')).toBe(true);
    expect(findOwner).toHaveBeenCalledTimes(100);
    expect(services.counters.get('dhcp.unprobed')).toBe(200);
  });
});

test('no address left: told once, then counted', async () => {
  const { leases, work, boot, events, clock, services } = await open();
  await boot(1, { subnet: tiny });
  await boot(2, { subnet: tiny });
  for (let times = 0; times < 5; times++) {
    expect((await leases.handle(discover(3), work({ subnet: tiny }))).kind).toBe('exhausted');
  }
  expect(events('lease.exhausted')).toMatchObject([
    { level: 'error', data: { subnet: '10.77.0.0/24', addresses: 2 } },
  ]);
  expect(services.counters.get('dhcp.exhausted')).toBe(5);
  clock.now += 600_000;
  await leases.handle(discover(3), work({ subnet: tiny }));
  expect(events('lease.exhausted')).toHaveLength(2);
});

test('the host list reserves: also for a PC that was added a moment ago', async () => {
  const { services, boot, leases } = await open();
  services.addHost({ name: 'pc-01', mac: macOf(1), ip: '10.77.0.50' });
  await boot(1);
  expect(leases.list()).toMatchObject([
    { address: '10.77.0.50', client: macOf(1), host: 'pc-01', state: 'bound' },
  ]);
  services.updateHost('pc-01', { ip: '10.77.0.51' });
  await boot(1);
  expect(leases.list()).toMatchObject([
    { address: '10.77.0.50', state: 'released' },
    { address: '10.77.0.51', state: 'bound' },
  ]);
});

test('a lease can be forgotten; one that ended is told as that', async () => {
  const { leases, boot, events, clock } = await open();
  await boot(1);
  const [lease] = leases.list();
  clock.now += 2_000_000;
  expect(leases.list()).toMatchObject([{ state: 'expired' }]);
  leases.forget(lease?.address ?? '');
  expect(leases.list()).toEqual([]);
  expect(events('lease.forgotten')).toHaveLength(1);
  expect(() => leases.forget('10.77.0.9')).toThrow('not_found');
});
