import { type Logger, pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { messageType } from '../../../src/dhcp/codes.ts';
import { decode } from '../../../src/dhcp/decode.ts';
import { encode } from '../../../src/dhcp/encode.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { formatIpv4, parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import type { Packet } from '../../../src/dhcp/packet.ts';
import type { ServedInterface } from '../../../src/net/interfaces.ts';
import { type DhcpServerDeps, startDhcpServer } from '../../../src/servers/dhcp/server.ts';
import { createCounters } from '../../../src/service/counters.ts';
import { createFakeUdp, type SentDatagram } from '../../fakes/udp.ts';
import { messageWith, planWith } from '../../fixtures/dhcp.ts';

const lan1: ServedInterface = { name: 'eth0', address: '10.77.0.1', netmask: '255.255.255.0' };
const lan2: ServedInterface = { name: 'eth1', address: '10.78.0.1', netmask: '255.255.255.0' };
const everybody = { address: '255.255.255.255', port: 67 };
const mac = '52:54:00:77:00:10';

const uefi = { arch: 7, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' };

async function start(changes: Partial<DhcpServerDeps> = {}) {
  const udp = createFakeUdp();
  const counters = createCounters();
  const onAnswer = vi.fn<DhcpServerDeps['onAnswer']>();
  const onAddress = vi.fn<DhcpServerDeps['onAddress']>();
  const server = await startDhcpServer({
    openUdp: udp.openUdp,
    interfaces: [lan1],
    ports: { dhcp: 67, pxe: 4011 },
    planFor: (_client, { address }) =>
      planWith({
        server: {
          address,
          scriptUrl: `http://${address}:8080/ipxe/boot.ipxe`,
          httpBaseUrl: `http://${address}:8080/boot`,
        },
      }),
    onAnswer,
    onAddress,
    counters,
    log: pino({ level: 'silent' }),
    ...changes,
  });
  onTestFinished(() => server.close());

  return {
    udp,
    counters,
    onAnswer,
    onAddress,
    server,
    /** A PC without an address asks everybody. */
    broadcast: (message: Packet | Buffer, from = { address: '0.0.0.0', port: 68 }) =>
      udp.deliver(
        { ...from, bytes: Buffer.isBuffer(message) ? message : encode(message) },
        everybody,
      ),
    /** A PC asks one of our addresses. */
    unicast: (message: Packet, from: { address: string; port: number }, to: typeof everybody) =>
      udp.deliver({ ...from, bytes: encode(message) }, to),
  };
}

/** A log whose lines the test can read. */
function createLog(level: 'debug' | 'warn') {
  const lines: Record<string, unknown>[] = [];
  const log: Logger = pino({ level }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

function summary({ fromAddress, fromPort, address, port, bytes }: SentDatagram) {
  const { options, siaddr, file } = decode(bytes);
  return {
    from: `${fromAddress}:${fromPort}`,
    to: `${address}:${port}`,
    server: formatIpv4(field.serverIdentifier.read(options) ?? 0),
    siaddr: formatIpv4(siaddr),
    file,
  };
}

test('a broadcast is answered out of every interface with its own identity', async () => {
  const { broadcast, udp, onAnswer } = await start({ interfaces: [lan1, lan2] });
  broadcast(messageWith({ userClass: 'iPXE' }));
  expect(udp.sent.map(summary)).toEqual(
    ['10.77.0.1', '10.78.0.1'].map((address) => ({
      from: `${address}:67`,
      to: '255.255.255.255:68',
      server: address,
      siaddr: address,
      file: `http://${address}:8080/ipxe/boot.ipxe`,
    })),
  );
  expect(onAnswer.mock.calls.map(([, , iface]) => iface.name)).toEqual(['eth0', 'eth1']);
});

test('a broadcast from an address of one LAN is answered there only', async () => {
  const { broadcast, udp } = await start({ interfaces: [lan1, lan2] });
  const address = '10.78.0.9';
  const inform = messageWith({ type: messageType.inform, header: { ciaddr: parseIpv4(address) } });
  broadcast(inform, { address, port: 68 });
  expect(udp.sent.map(summary)).toMatchObject([{ from: '10.78.0.1:67', to: '10.78.0.9:68' }]);
});

test('a unicast is answered by the address it was sent to', async () => {
  const { unicast, udp } = await start({ interfaces: [lan1, lan2] });
  const relayed = messageWith({ header: { giaddr: parseIpv4('10.99.0.1') } });
  unicast(relayed, { address: '10.99.0.1', port: 67 }, { address: lan2.address, port: 67 });
  expect(udp.sent.map(summary)).toMatchObject([{ from: '10.78.0.1:67', to: '10.99.0.1:67' }]);
});

test.each([
  { port: 67, to: everybody, message: { type: messageType.inform } },
  {
    port: 4011,
    to: { address: lan1.address, port: 4011 },
    message: { ...uefi, type: messageType.request },
  },
])(
  'an address that is only written into a message to port $port gets no answer and is not learnt',
  async ({ to, message }) => {
    const { unicast, udp, onAddress, counters } = await start();
    const forged = messageWith({ ...message, header: { ciaddr: parseIpv4('10.77.0.66') } });
    unicast(forged, { address: '10.77.0.9', port: 68 }, to);
    expect(udp.sent).toEqual([]);
    expect(onAddress).not.toHaveBeenCalled();
    expect(counters.get('dhcp.ignored.ciaddr-not-source')).toBe(1);
  },
);

test.each([4011, 68])('a question on 4011 from port %i is answered to that port', async (port) => {
  const { unicast, udp, onAnswer } = await start();
  const address = '10.77.0.145';
  const header = { ciaddr: parseIpv4(address) };
  const request = messageWith({ ...uefi, type: messageType.request, header });
  unicast(request, { address, port }, { address: lan1.address, port: 4011 });
  expect(udp.sent.map(summary)).toMatchObject([
    { from: '10.77.0.1:4011', to: `10.77.0.145:${port}`, file: 'ipxe.efi' },
  ]);
  const answer = { type: 'ack', gives: 'boot-file', target: 'ipxe.efi', stage: 'rom' };
  expect(onAnswer).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ mac }), answer, lan1);
});

test("a PC's address is learnt from its REQUEST to the router, which stays unanswered", async () => {
  const { broadcast, udp, onAddress, counters } = await start();
  const { request } = messageType;
  broadcast(
    messageWith({ type: request, requestedAddress: '10.77.0.9', serverIdentifier: '10.77.0.254' }),
  );
  expect(onAddress).toHaveBeenCalledExactlyOnceWith(mac, '10.77.0.9');
  expect(udp.sent).toEqual([]);
  expect(counters.get('dhcp.ignored.request-to-other-server')).toBe(1);
});

test('junk is counted by reason and harms nothing', async () => {
  const { broadcast, udp, counters, onAddress } = await start();
  broadcast(Buffer.alloc(0));
  broadcast(Buffer.alloc(300));
  broadcast(Buffer.alloc(9000, 255));
  broadcast(
    messageWith({
      vendorClass: 'MSFT 5.0',
      type: messageType.request,
      requestedAddress: '10.77.0.8',
    }),
  );
  broadcast(messageWith({ header: { op: 2 } }));
  expect(udp.sent).toEqual([]);
  expect(onAddress).not.toHaveBeenCalled();
  broadcast(messageWith());
  expect(udp.sent.length).toBe(1);
  expect(counters.all()).toEqual({
    'dhcp.ignored.bad-cookie': 1,
    'dhcp.ignored.not-a-request': 1,
    'dhcp.ignored.not-pxe': 1,
    'dhcp.ignored.too-long': 1,
    'dhcp.ignored.too-short': 1,
    'dhcp.offers': 1,
  });
});

test('an ignored message is told at level debug', async () => {
  const { log, lines } = createLog('debug');
  const { broadcast } = await start({ log });
  broadcast(messageWith({ type: messageType.release }));
  expect(lines).toMatchObject([{ level: 20, reason: 'message-not-served', mac, from: '0.0.0.0' }]);
});

test.each([
  { callback: 'planFor', answers: 0 },
  { callback: 'onAddress', answers: 1 },
  { callback: 'onAnswer', answers: 1 },
])('a fault in $callback is counted and the server goes on', async ({ callback, answers }) => {
  const fault = () => {
    throw new Error('boom');
  };
  const { broadcast, udp, counters } = await start({ [callback]: fault });
  const from = { address: '10.77.0.9', port: 68 };
  const inform = { type: messageType.inform, header: { ciaddr: parseIpv4(from.address) } };
  broadcast(messageWith(inform), from);
  expect(udp.sent.length).toBe(answers);
  expect(counters.get('dhcp.failed')).toBe(1);
  broadcast(messageWith(inform), from);
  expect(counters.get('dhcp.failed')).toBe(2);
});

test('a fault on one interface does not silence the other', async () => {
  const { broadcast, udp } = await start({
    interfaces: [lan1, lan2],
    planFor(_client, iface) {
      if (iface === lan1) throw new Error('boom');
      return planWith();
    },
  });
  broadcast(messageWith());
  expect(udp.sent.map((each) => each.fromAddress)).toEqual([lan2.address]);
});

test('sends that fail are counted, and each kind is told once', async () => {
  const { log, lines } = createLog('warn');
  const { broadcast, udp, counters } = await start({ log });
  for (const code of ['ENETUNREACH', 'ENETUNREACH', 'EPERM']) {
    udp.failSends(Object.assign(new Error(code), { code }));
    broadcast(messageWith());
  }
  expect(counters.get('dhcp.socket-errors')).toBe(3);
  expect(lines).toMatchObject([{ err: { code: 'ENETUNREACH' } }, { err: { code: 'EPERM' } }]);
});

test('every socket is opened on start and closed on close', async () => {
  const { udp, server } = await start({ interfaces: [lan1, lan2] });
  expect(udp.openSockets()).toEqual([
    '0.0.0.0:67',
    '10.77.0.1:4011',
    '10.77.0.1:67',
    '10.77.0.1:67',
    '10.78.0.1:4011',
    '10.78.0.1:67',
    '10.78.0.1:67',
  ]);
  await server.close();
  expect(udp.openSockets()).toEqual([]);
});

test.each([67, 4011])('port %i taken: the start fails and leaves nothing open', async (port) => {
  const udp = createFakeUdp();
  udp.takePort(port);
  const started = start({ openUdp: udp.openUdp });
  await expect(started).rejects.toMatchObject({ code: 'port_in_use', context: { port } });
  expect(udp.openSockets()).toEqual([]);
});
