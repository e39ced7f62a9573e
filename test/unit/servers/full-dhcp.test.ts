import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseSubnets } from '../../../src/boot/subnet.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { decode } from '../../../src/dhcp/decode.ts';
import { encode } from '../../../src/dhcp/encode.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { formatIpv4, parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import type { Packet } from '../../../src/dhcp/packet.ts';
import type { ServedInterface } from '../../../src/net/interfaces.ts';
import { startDhcpServer } from '../../../src/servers/dhcp/server.ts';
import { createFakeServices } from '../../fakes/services.ts';
import { createFakeUdp, type SentDatagram } from '../../fakes/udp.ts';
import { type MessageChanges, messageWith, planWith } from '../../fixtures/dhcp.ts';
import { listCaptures, readClientMessages } from '../../fixtures/pcap.ts';
import { createBelow, hostileDatagram } from '../../fuzz/hostile.ts';

const lan1: ServedInterface = { name: 'eth0', address: '10.77.0.1', netmask: '255.255.255.0' };
const lan2: ServedInterface = { name: 'eth1', address: '10.78.0.1', netmask: '255.255.255.0' };
const proxied: ServedInterface = { name: 'eth2', address: '10.79.0.1', netmask: '255.255.255.0' };
const subnets = parseSubnets([
  { subnet: '10.77.0.0/24', range: '10.77.0.100-10.77.0.109', leaseSeconds: 1_000 },
  { subnet: '10.78.0.0/24', range: '10.78.0.100-10.78.0.109' },
  { subnet: '10.99.0.0/24', range: '10.99.0.100-10.99.0.109', routers: ['10.99.0.254'] },
]);
const everybody = { address: '255.255.255.255', port: 67 };
const plain = { vendorClass: 'MSFT 5.0' };

async function start(interfaces = [lan1]) {
  const udp = createFakeUdp();
  const { services, clock } = await createFakeServices();
  const { leases, counters } = services;
  const onAnswer = vi.fn();
  const onAddress = vi.fn();
  const own = interfaces.filter((each) => each !== proxied);
  const server = await startDhcpServer({
    openUdp: udp.openUdp,
    interfaces,
    ports: { dhcp: 67, pxe: 4011 },
    planFor: (_client, { address }) =>
      planWith({ server: { address, scriptUrl: `http://${address}/s`, httpBaseUrl: '' } }),
    onAnswer,
    onAddress,
    counters,
    log: pino({ level: 'silent' }),
    leaser: {
      leases,
      serves: (iface) => own.includes(iface),
      subnets: () => subnets,
      ownAddresses: new Set(interfaces.map(({ address }) => address)),
      findOwner: async () => undefined,
    },
  });
  onTestFinished(() => server.close());
  let seen = 0;

  /** Delivers it and returns what was answered. */
  async function ask(
    message: Packet,
    { from = '0.0.0.0', port = 68, to = everybody } = {},
  ): Promise<ReturnType<typeof summary>[]> {
    udp.deliver({ address: from, port, bytes: encode(message) }, to);
    // Longer than leases are gathered for one flush of the disk.
    await new Promise((resolve) => setTimeout(resolve, 15));
    const answers = udp.sent.slice(seen).map(summary);
    seen = udp.sent.length;
    return answers;
  }
  return { ask, udp, leases, counters, onAnswer, onAddress, clock };
}

function summary({ fromAddress, address, port, bytes }: SentDatagram) {
  const { options, yiaddr, file } = decode(bytes);
  const type = field.messageType.read(options);
  const name = Object.entries(messageType).find(([, value]) => value === type)?.[0];
  return {
    from: fromAddress,
    to: `${address}:${port}`,
    type: name,
    yiaddr: formatIpv4(yiaddr),
    file,
  };
}

const request = (changes: MessageChanges) => messageWith({ type: messageType.request, ...changes });

test('an ordinary client: OFFER and ACK by broadcast, with its address and nothing to boot', async () => {
  const { ask, onAddress, onAnswer } = await start();
  const [offer] = await ask(messageWith(plain));
  expect(offer).toMatchObject({ type: 'offer', to: '255.255.255.255:68', file: '' });
  const requestedAddress = offer?.yiaddr ?? '';
  const [ack] = await ask(request({ ...plain, requestedAddress, serverIdentifier: '10.77.0.1' }));
  expect(ack).toMatchObject({ type: 'ack', yiaddr: requestedAddress, to: '255.255.255.255:68' });
  expect(onAddress).toHaveBeenCalledExactlyOnceWith('52:54:00:77:00:10', requestedAddress);
  expect(onAnswer).not.toHaveBeenCalled();
});

test('a PC that boots has its file in both, and its timeline has it once', async () => {
  const { ask, onAnswer } = await start();
  const [offer] = await ask(messageWith());
  const requestedAddress = offer?.yiaddr ?? '';
  const [ack] = await ask(request({ requestedAddress, serverIdentifier: '10.77.0.1' }));
  expect([offer?.file, ack?.file]).toEqual(['undionly.kpxe', 'undionly.kpxe']);
  expect(onAnswer).toHaveBeenCalledOnce();
});

test('a renewal is answered to the address it comes from; a forged one not at all', async () => {
  const { ask, counters } = await start();
  const renewal = request({ ...plain, header: { ciaddr: parseIpv4('10.77.0.104') } });
  expect(await ask(renewal, { from: '10.77.0.66' })).toEqual([]);
  expect(counters.get('dhcp.ignored.ciaddr-not-source')).toBe(1);
  const to = { address: '10.77.0.1', port: 67 };
  expect(await ask(renewal, { from: '10.77.0.104', to })).toMatchObject([
    { type: 'ack', to: '10.77.0.104:68', yiaddr: '10.77.0.104' },
  ]);
});

test('an address of another network is refused', async () => {
  const { ask } = await start();
  expect(await ask(request({ ...plain, requestedAddress: '192.168.1.7' }))).toMatchObject([
    { type: 'nak', to: '255.255.255.255:68', yiaddr: '0.0.0.0' },
  ]);
});

test('our own search for other servers is not answered', async () => {
  const { ask, counters } = await start();
  expect(await ask(messageWith(plain), { from: '10.77.0.1' })).toEqual([]);
  expect(counters.get('dhcp.ignored.own-question')).toBe(1);
});

describe('relay agents', () => {
  test('get an address of the subnet that they are in, for clients of no interface of ours', async () => {
    const { ask, counters } = await start([lan1, proxied]);
    const relayed = { address: '10.79.0.1', port: 67 };
    const header = { giaddr: parseIpv4('10.99.0.254') };
    const from = { from: '10.99.0.254', port: 67, to: relayed };
    const [offer] = await ask(messageWith({ ...plain, header }), from);
    expect(offer).toMatchObject({ from: '10.79.0.1', to: '10.99.0.254:67', type: 'offer' });
    expect(offer?.yiaddr).toMatch(/^10\.99\.0\.10\d$/);
    const elsewhere = { giaddr: parseIpv4('10.55.0.254') };
    const to = { address: '10.77.0.1', port: 67 };
    expect(await ask(messageWith({ ...plain, header: elsewhere }), { ...from, to })).toEqual([]);
    expect(counters.get('dhcp.ignored.no-subnet')).toBe(1);
  });

  test('are not between when their client renews', async () => {
    const { ask } = await start();
    const renewal = request({ ...plain, header: { ciaddr: parseIpv4('10.99.0.103') } });
    const to = { address: '10.77.0.1', port: 67 };
    expect(await ask(renewal, { from: '10.99.0.103', to })).toMatchObject([
      { type: 'ack', to: '10.99.0.103:68' },
    ]);
  });
});

describe('several interfaces', () => {
  test('a new PC is offered an address of each; the one it takes is where it is', async () => {
    const { ask, leases } = await start([lan1, lan2]);
    const offers = await ask(messageWith(plain));
    expect(offers.map(({ from }) => from)).toEqual(['10.77.0.1', '10.78.0.1']);
    const requestedAddress = offers[1]?.yiaddr ?? '';
    const choice = request({ ...plain, requestedAddress, serverIdentifier: '10.78.0.1' });
    expect(await ask(choice)).toMatchObject([{ type: 'ack', from: '10.78.0.1' }]);
    expect(leases.list().filter(({ state }) => state === 'bound')).toHaveLength(1);
  });

  test('one that is known on one of them is offered there alone, and on all where it asks again', async () => {
    const { ask } = await start([lan1, lan2]);
    const requestedAddress = '10.78.0.105';
    await ask(request({ ...plain, requestedAddress, serverIdentifier: '10.78.0.1' }));
    expect((await ask(messageWith(plain))).map(({ from }) => from)).toEqual(['10.78.0.1']);
    expect(await ask(messageWith(plain))).toHaveLength(2);
  });

  test('where no subnet is set an interface stays in proxy mode', async () => {
    const { ask } = await start([lan1, proxied]);
    const answers = await ask(messageWith());
    expect(answers).toMatchObject([
      { from: '10.79.0.1', yiaddr: '0.0.0.0' },
      { from: '10.77.0.1', type: 'offer' },
    ]);
    expect(answers[1]?.yiaddr).not.toBe('0.0.0.0');
    expect((await ask(messageWith(plain))).map(({ from }) => from)).toEqual(['10.77.0.1']);
  });
});

test('hostile datagrams do no harm: none is a fault, and addresses stay within the ranges', async () => {
  const { udp, leases, counters } = await start([lan1, lan2]);
  const originals = listCaptures()
    .flatMap(readClientMessages)
    .map(({ bytes }) => bytes);
  const below = createBelow(1);
  for (let sent = 0; sent < 20_000; sent++) {
    const address = ['0.0.0.0', '10.77.0.105', '10.99.0.254'][sent % 3] ?? '';
    udp.deliver({ address, port: 68, bytes: hostileDatagram(originals, below) }, everybody);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(counters.get('dhcp.failed')).toBe(0);
  expect(counters.get('dhcp.offers')).toBeGreaterThan(0);
  for (const { address } of leases.list()) {
    expect(address).toMatch(/^10\.(77|78|99)\.0\.10\d$/);
  }
});
