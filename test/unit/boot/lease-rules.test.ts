import { describe, expect, test } from 'vitest';
import { createReservations } from '../../../src/boot/reservations.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { formatIpv4, parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import { createRules, macOf, otherServer, ownServer } from '../../fixtures/leases.ts';

const [one, two] = [macOf(1), macOf(2)];
const addressOf = (decision: object) =>
  'address' in decision ? formatIpv4(decision.address as number) : undefined;

describe('DISCOVER', () => {
  test('is offered an address of the range, and the same one again', () => {
    const { discover, clock } = createRules();
    const offer = discover();
    expect(addressOf(offer)).toMatch(/^10\.77\.0\.10\d$/);
    clock.now += 4_000;
    expect(addressOf(discover())).toBe(addressOf(offer));
  });

  test('an offer that was not taken is free again after half a minute', () => {
    const { discover, clock } = createRules({ subnet: { range: '10.77.0.100-10.77.0.100' } });
    expect(discover(one).kind).toBe('offer');
    expect(discover(two).kind).toBe('exhausted');
    clock.now += 30_000;
    expect(discover(two).kind).toBe('offer');
  });

  test('what was asked for is given where it is free', () => {
    const { discover } = createRules();
    expect(addressOf(discover(one, '10.77.0.105'))).toBe('10.77.0.105');
    expect(addressOf(discover(two, '10.77.0.105'))).not.toBe('10.77.0.105');
    expect(addressOf(discover(macOf(3), '10.77.0.50'))).toMatch(/^10\.77\.0\.10\d$/);
  });

  test('a PC that was off for long gets the address it had, with no look whether it is in use', () => {
    const { boot, discover, clock } = createRules();
    const address = boot(one);
    clock.now += 1_000_000_000;
    const offer = discover(one);
    expect(addressOf(offer)).toBe(address);
    expect(offer).toMatchObject({ kind: 'offer', isNew: false });
    expect(discover(two)).toMatchObject({ isNew: true });
  });

  test('an offer that was not taken in time is looked at again before it is repeated', () => {
    const { discover, clock } = createRules();
    const address = addressOf(discover(one));
    expect(discover(one)).toMatchObject({ isNew: false });
    clock.now += 1_000_000;
    const offer = discover(one);
    expect(addressOf(offer)).toBe(address);
    expect(offer).toMatchObject({ isNew: true });
  });

  test('an address that nobody had goes before one that lapsed, and the longest lapsed first', () => {
    const { boot, clock, table } = createRules({ subnet: { range: '10.77.0.100-10.77.0.102' } });
    const first = boot(one);
    clock.now += 10;
    const second = boot(two);
    clock.now += 2_000_000;
    const third = boot(macOf(3));
    expect([first, second]).not.toContain(third);
    expect(boot(macOf(4))).toBe(first);
    expect(table.list()).toHaveLength(3);
  });

  test('an offer to a PC whose lease runs leaves that as it is', () => {
    const { boot, discover, table } = createRules();
    const address = parseIpv4(boot(one));
    const before = table.at(address);
    expect(discover(one)).toMatchObject({ kind: 'offer', changes: [] });
    expect(table.at(address)).toBe(before);
  });

  test("router, server and broadcast are nobody's", () => {
    const { boot } = createRules({
      subnet: { range: '10.77.0.1-10.77.0.4', routers: ['10.77.0.254'], broadcast: '10.77.0.255' },
    });
    const given = [1, 2, 3].map((number) => boot(macOf(number)));
    expect(given.sort()).toEqual(['10.77.0.2', '10.77.0.3', '10.77.0.4']);
    expect(() => boot(macOf(4))).toThrow('exhausted');
  });
});

describe('a reservation', () => {
  const hosts = [{ mac: one, ip: '10.77.0.7' }];

  test('is given, also outside the range, and to nobody else', () => {
    const { discover } = createRules({ hosts: [{ mac: one, ip: '10.77.0.100' }] });
    expect(addressOf(discover(one, '10.77.0.105'))).toBe('10.77.0.100');
    expect(addressOf(discover(two, '10.77.0.100'))).not.toBe('10.77.0.100');
    expect(addressOf(createRules({ hosts }).discover(one))).toBe('10.77.0.7');
  });

  test('of another subnet counts only there', () => {
    const rules = createRules({ hosts: [{ mac: one, ip: '10.99.0.7' }] });
    expect(addressOf(rules.discover(one))).toMatch(/^10\.77\.0\.10\d$/);
  });

  test('while another client has it: another address, and its own at the next boot', () => {
    const rules = createRules();
    const taken = rules.boot(two);
    rules.state.reservations = createReservations([{ mac: one, ip: taken }]);
    expect(addressOf(rules.discover(one))).not.toBe(taken);
    // The one that has it runs, and keeps it until it boots again.
    expect(rules.renew(two, taken).kind).toBe('ack');
    expect(rules.reboot(two, taken)).toMatchObject({ kind: 'nak', reason: 'address-not-for-you' });
    rules.send({ type: messageType.release, client: two, ciaddr: parseIpv4(taken) });
    expect(addressOf(rules.discover(one))).toBe(taken);
    expect(addressOf(rules.discover(two))).not.toBe(taken);
  });

  test('made while its PC runs: the PC keeps what it has until it boots again', () => {
    const rules = createRules();
    const address = rules.boot(one);
    rules.state.reservations = createReservations(hosts);
    expect(rules.renew(one, address).kind).toBe('ack');
    expect(rules.reboot(one, address)).toMatchObject({ reason: 'address-not-for-you' });
    expect(rules.boot(one)).toBe('10.77.0.7');
    // The former one is free at once.
    expect(rules.table.at(parseIpv4(address))).toMatchObject({ state: 'released' });
  });
});

describe('REQUEST (RFC 2131 section 4.3.2)', () => {
  test('SELECTING: what was offered, for the lease time', () => {
    const { discover, select, clock } = createRules();
    const offer = discover();
    const { address } = offer as { address: number };
    const ack = select(one, address);
    expect(ack).toMatchObject({
      kind: 'ack',
      address,
      changes: [{ address, client: one, state: 'bound', endsAt: clock.now + 1_000_000 }],
    });
  });

  test('SELECTING another server: our offer is free at once', () => {
    const { discover, select } = createRules({ subnet: { range: '10.77.0.100-10.77.0.100' } });
    discover(one);
    const decision = select(one, parseIpv4('10.77.0.33'), otherServer);
    expect(decision).toMatchObject({ kind: 'ignore', reason: 'request-to-other-server' });
    expect(discover(two).kind).toBe('offer');
  });

  test('SELECTING an offer that we forgot: given where it is free, else refused', () => {
    const { select } = createRules();
    expect(select(one, parseIpv4('10.77.0.104')).kind).toBe('ack');
    expect(select(two, parseIpv4('10.77.0.104'))).toMatchObject({ reason: 'address-taken' });
    expect(select(two, parseIpv4('10.77.0.4'))).toMatchObject({ reason: 'address-not-for-you' });
    expect(select(two, parseIpv4('10.78.0.4'))).toMatchObject({ reason: 'wrong-network' });
  });

  test('INIT-REBOOT: its own address; another network is refused; an unknown lease is made again', () => {
    const { boot, reboot, clock } = createRules();
    const address = boot(one);
    clock.now += 5_000_000;
    expect(reboot(one, address).kind).toBe('ack');
    expect(reboot(two, address)).toMatchObject({ kind: 'nak', reason: 'address-taken' });
    expect(reboot(two, '192.168.1.5')).toMatchObject({ kind: 'nak', reason: 'wrong-network' });
    const free = address === '10.77.0.105' ? '10.77.0.106' : '10.77.0.105';
    expect(reboot(two, free).kind).toBe('ack');
  });

  test('RENEWING and REBINDING: its lease goes on, also where the range has moved away', () => {
    const rules = createRules();
    const address = rules.boot(one);
    rules.clock.now += 500_000;
    const [former] = rules.table.of(one);
    rules.state.subnet = {
      ...rules.state.subnet,
      first: parseIpv4('10.77.0.20'),
      last: parseIpv4('10.77.0.29'),
    };
    expect(rules.renew(one, address).kind).toBe('ack');
    expect(rules.table.of(one)).toMatchObject([
      { startsAt: former?.startsAt, endsAt: rules.clock.now + 1_000_000 },
    ]);
    expect(rules.renew(two, address)).toMatchObject({ kind: 'nak', reason: 'address-taken' });
    expect(rules.renew(two, '10.77.0.106')).toMatchObject({ reason: 'address-not-for-you' });
    expect(rules.renew(two, '10.78.0.3')).toMatchObject({ reason: 'wrong-network' });
    expect(rules.boot(one)).toMatch(/^10\.77\.0\.2\d$/);
  });

  test('of a PC that a look found at its address, whose lease was lost: it keeps it', () => {
    const rules = createRules();
    rules.put({ address: parseIpv4('10.77.0.103'), client: one, state: 'taken' });
    expect(rules.renew(two, '10.77.0.103').kind).toBe('nak');
    expect(rules.renew(one, '10.77.0.103').kind).toBe('ack');
  });

  test('without any address there is nothing to say', () => {
    const { send } = createRules();
    const request = { type: messageType.request, serverIdentifier: ownServer };
    expect(send(request)).toMatchObject({ reason: 'no-requested-address' });
  });
});

test('DECLINE: an hour for nobody; only of what one has', () => {
  const rules = createRules({ subnet: { range: '10.77.0.100-10.77.0.100' } });
  const requested = parseIpv4(rules.boot(one));
  const decline = { type: messageType.decline, requested, serverIdentifier: ownServer };
  expect(rules.send({ ...decline, client: two })).toMatchObject({ reason: 'not-its-lease' });
  expect(rules.send({ ...decline, client: one, serverIdentifier: otherServer }).kind).toBe(
    'ignore',
  );
  expect(rules.send({ ...decline, client: one })).toMatchObject({ kind: 'declined' });
  expect(rules.discover(one).kind).toBe('exhausted');
  rules.clock.now += 3_600_000;
  expect(rules.discover(two).kind).toBe('offer');
});

test('RELEASE: free at once, remembered; only of what one has', () => {
  const rules = createRules();
  const address = rules.boot(one);
  const release = { type: messageType.release, ciaddr: parseIpv4(address) };
  expect(rules.send({ ...release, client: two })).toMatchObject({ reason: 'not-its-lease' });
  expect(rules.send({ ...release, client: one })).toMatchObject({ kind: 'released' });
  expect(rules.send({ ...release, client: one })).toMatchObject({ reason: 'not-its-lease' });
  expect(rules.boot(one)).toBe(address);
});

test('INFORM: an answer to who has an address; nothing is noted', () => {
  const { send, table } = createRules();
  const ciaddr = parseIpv4('10.77.0.33');
  expect(send({ type: messageType.inform, ciaddr })).toEqual({ kind: 'inform', changes: [] });
  expect(send({ type: messageType.inform })).toMatchObject({ reason: 'inform-without-address' });
  expect(send({ type: messageType.offer })).toMatchObject({ reason: 'message-not-served' });
  expect(table.list()).toEqual([]);
});
