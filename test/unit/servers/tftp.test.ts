import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { type OpenUdp, openUdp, type UdpOptions } from '../../../src/net/udp.ts';
import { memoryContent } from '../../../src/servers/tftp/content.ts';
import type { TftpFiles } from '../../../src/servers/tftp/files.ts';
import type { TftpTransferReport } from '../../../src/servers/tftp/report.ts';
import { startTftpServer, type TftpServerDeps } from '../../../src/servers/tftp/server.ts';
import { createCounters } from '../../../src/service/counters.ts';
import { decodePacket } from '../../../src/tftp/decode.ts';
import { encodePacket } from '../../../src/tftp/encode.ts';
import type { Packet } from '../../../src/tftp/packet.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const contents: Record<string, Buffer> = {
  small: Buffer.from('small'),
  big: Buffer.alloc(5_000, 'x'),
};
const memoryFiles: TftpFiles = {
  async find(path) {
    const bytes = contents[path];
    return bytes ? { content: memoryContent(bytes) } : { refusal: 'not-found' };
  },
};

/** The server on loopback, with short waits and everything it reports at hand. */
async function serve(overrides: Partial<TftpServerDeps> = {}) {
  const counters = createCounters();
  const reports: TftpTransferReport[] = [];
  const server = await startTftpServer({
    openUdp,
    interfaces: [{ name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0' }],
    port: 0,
    files: memoryFiles,
    onTransfer: (report) => reports.push(report),
    counters,
    log: pino({ level: 'silent' }),
    ...overrides,
    limits: { retryTimeoutMs: 40, maxRetries: 3, tickMs: 5, ...overrides.limits },
  });
  closers.push(() => server.close());
  const port = server.endpoints[0]?.port ?? 0;
  return { server, counters, reports, port };
}

/** A client socket whose packets the test sends and awaits one by one. */
async function openClient(address = '127.0.0.1') {
  const socket = createSocket('udp4');
  const inbox: { packet: Packet; port: number }[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (bytes, { port }) => {
    inbox.push({ packet: decodePacket(bytes), port });
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  closers.push(() => new Promise((resolve) => socket.close(() => resolve())));
  return {
    sendBytes: (bytes: Buffer, port: number) => socket.send(bytes, port, '127.0.0.1'),
    send: (packet: Packet, port: number) => socket.send(encodePacket(packet), port, '127.0.0.1'),
    async receive() {
      while (inbox.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return inbox.shift() as { packet: Packet; port: number };
    },
  };
}

function readRequest(
  filename: string,
  options: Record<string, string> = {},
  mode = 'octet',
): Packet {
  return { kind: 'RRQ', filename, mode, options: new Map(Object.entries(options)) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('sends a file from a port of its own and reports it', async () => {
  const { port, reports, counters } = await serve();
  const client = await openClient();
  client.send(readRequest('/small', { BLKSIZE: '1024', tsize: '0' }), port);
  const oack = await client.receive();
  expect(oack.packet).toEqual({
    kind: 'OACK',
    options: new Map([
      ['blksize', '1024'],
      ['tsize', '5'],
    ]),
  });
  expect(oack.port).not.toBe(port);
  client.send({ kind: 'ACK', block: 0 }, oack.port);
  const data = await client.receive();
  expect(data).toEqual({
    packet: { kind: 'DATA', block: 1, payload: Buffer.from('small') },
    port: oack.port,
  });
  client.send({ kind: 'ACK', block: 1 }, oack.port);
  await until(() => reports.length > 0);
  expect(reports).toEqual([
    {
      address: '127.0.0.1',
      file: 'small',
      sizeBytes: 5,
      durationMs: expect.any(Number),
      outcome: 'done',
      blksize: 1024,
      windowsize: 1,
      retransmits: 0,
    },
  ]);
  expect(counters.get('tftp.transfers.done')).toBe(1);
});

test.each<[string, Packet, number, string]>([
  ['a write', { kind: 'WRQ', filename: 'small', mode: 'octet', options: new Map() }, 2, 'write'],
  ['netascii', readRequest('small', {}, 'netascii'), 4, 'mode-netascii'],
  ['mail', readRequest('small', {}, 'mail'), 4, 'mode-mail'],
  ['another mode', readRequest('small', {}, 'image'), 4, 'mode-unknown'],
  ['a missing file', readRequest('none'), 1, 'not-found'],
  ['a way out of the root', readRequest('..\\..\\etc\\passwd'), 2, 'name-escapes'],
])('refuses %s with an ERROR, a counter and a report', async (_, request, code, reason) => {
  const { port, counters, reports } = await serve();
  const client = await openClient();
  client.send(request, port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'ERROR', code });
  expect(counters.get(`tftp.refused.${reason}`)).toBe(1);
  expect(reports).toMatchObject([{ outcome: 'refused', reason, sizeBytes: 0 }]);
});

test.each<[string, Buffer, string]>([
  ['an empty datagram', Buffer.alloc(0), 'empty'],
  ['an ACK on the request port', encodePacket({ kind: 'ACK', block: 1 }), 'not-a-request'],
  ['an ERROR', encodePacket({ kind: 'ERROR', code: 0, message: '' }), 'not-a-request'],
  ['garbage', Buffer.from('\0\x09garbage'), 'unknown-opcode'],
])('ignores %s and goes on', async (_, bytes, reason) => {
  const { port, counters } = await serve();
  const client = await openClient();
  client.sendBytes(bytes, port);
  await until(() => counters.get(`tftp.ignored.${reason}`) === 1);
  client.send(readRequest('small'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'DATA', block: 1 });
});

test('a foreign transfer id reaches nothing and does not disturb the transfer', async () => {
  const { port, counters } = await serve();
  const client = await openClient();
  const stranger = await openClient();
  client.send(readRequest('small'), port);
  const { port: transferPort } = await client.receive();
  stranger.send({ kind: 'ACK', block: 1 }, transferPort);
  stranger.send({ kind: 'ERROR', code: 0, message: 'die' }, transferPort);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(counters.get('tftp.transfers.aborted') + counters.get('tftp.transfers.done')).toBe(0);
  client.send({ kind: 'ACK', block: 1 }, transferPort);
  await until(() => counters.get('tftp.transfers.done') === 1);
});

test('a repeated request starts nothing new; another one from the same port does', async () => {
  const { port, counters, reports } = await serve();
  const client = await openClient();
  client.send(readRequest('big', { tsize: '0' }), port);
  client.send(readRequest('big', { tsize: '0' }), port);
  const first = await client.receive();
  await until(() => counters.get('tftp.ignored.repeated-request') === 1);
  client.send(readRequest('big', { blksize: '1000' }), port);
  let second = await client.receive();
  while (second.port === first.port) second = await client.receive();
  expect(second.packet).toMatchObject({ kind: 'OACK' });
  await until(() => reports.some(({ reason }) => reason === 'superseded'));
});

test('a client that starts anew from the same port is served anew', async () => {
  const { port } = await serve({ limits: { restartAfterMs: 20, retryTimeoutMs: 5_000 } });
  const client = await openClient();
  client.send(readRequest('big'), port);
  const first = await client.receive();
  client.send({ kind: 'ACK', block: 1 }, first.port);
  expect((await client.receive()).packet).toMatchObject({ block: 2 });
  await new Promise((resolve) => setTimeout(resolve, 40));
  client.send(readRequest('big'), port);
  const again = await client.receive();
  expect(again.packet).toMatchObject({ kind: 'DATA', block: 1 });
  expect(again.port).not.toBe(first.port);
});

test('a size probe as EDK2 sends it is counted apart', async () => {
  const { port, counters } = await serve();
  const client = await openClient();
  client.send(readRequest('small', { tsize: '0' }), port);
  const oack = await client.receive();
  client.send({ kind: 'ERROR', code: 8, message: 'User aborted the transfer' }, oack.port);
  await until(() => counters.get('tftp.size-probes') === 1);
  expect(counters.get('tftp.transfers.aborted')).toBe(0);
});

test('a silent client gets everything again and is then given up', async () => {
  const { port, reports } = await serve();
  const client = await openClient();
  client.send(readRequest('big'), port);
  for (let copy = 0; copy < 4; copy += 1) {
    expect((await client.receive()).packet).toMatchObject({ kind: 'DATA', block: 1 });
  }
  await until(() => reports.length > 0);
  expect(reports).toMatchObject([{ outcome: 'timed-out', reason: 'no-ack', retransmits: 3 }]);
});

test('the caps hold, and what nobody acknowledges gives way to who asks again', async () => {
  const limits = {
    ...{ maxTransfersPerClient: 2, maxTransfers: 3 },
    ...{ retryTimeoutMs: 10_000, restartAfterMs: 300 },
  };
  const { port, counters } = await serve({ limits });
  const [forged, wanted, again, silent, other] = await Promise.all([
    ...['127.0.0.1', '127.0.0.1', '127.0.0.1'].map(openClient),
    ...['127.0.0.2', '127.0.0.3'].map(openClient),
  ]);
  if (!forged || !wanted || !again || !silent || !other) throw new Error('no clients');
  const gets = async (client: typeof forged) => {
    client.send(readRequest('big'), port);
    return client.receive();
  };
  await gets(forged);
  const { port: transferPort } = await gets(wanted);
  wanted.send({ kind: 'ACK', block: 1 }, transferPort);
  expect((await wanted.receive()).packet).toMatchObject({ block: 2 });
  again.send(readRequest('big'), port);
  await until(() => counters.get('tftp.ignored.too-many-transfers-of-client') === 1);
  await gets(silent);
  other.send(readRequest('big'), port);
  await until(() => counters.get('tftp.ignored.too-many-transfers') === 1);

  await sleep(limits.restartAfterMs + 100);
  expect((await gets(again)).packet).toMatchObject({ kind: 'DATA', block: 1 });
  expect((await gets(other)).packet).toMatchObject({ kind: 'DATA', block: 1 });
  expect(counters.get('tftp.transfers.aborted')).toBe(2);
  // The one that made progress was never in question.
  wanted.send({ kind: 'ACK', block: 2 }, transferPort);
  expect((await wanted.receive()).packet).toMatchObject({ block: 3 });
});

test('out of sockets: a clear ERROR, and service again when there are some', async () => {
  let broken = true;
  const scarce: OpenUdp = (options) =>
    broken && options.receiveBufferBytes === undefined
      ? Promise.reject(Object.assign(new Error('bind EMFILE'), { code: 'EMFILE' }))
      : openUdp(options);
  const { port, counters } = await serve({ openUdp: scarce });
  const client = await openClient();
  client.send(readRequest('small'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'ERROR', code: 0 });
  expect(counters.get('tftp.refused.no-socket')).toBe(1);
  broken = false;
  client.send(readRequest('small'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'DATA' });
});

/** A server that hears what the kernel would not bring it: a forged sender. */
async function serveForged(overrides: Partial<TftpServerDeps> = {}) {
  let deliver: UdpOptions['onMessage'] | undefined;
  const tapped: OpenUdp = (options) => {
    deliver ??= options.onMessage;
    return openUdp(options);
  };
  const served = await serve({ ...overrides, openUdp: tapped });
  const hear = (packet: Packet, from: { address: string; port: number }) =>
    deliver?.({ bytes: encodePacket(packet), ...from });
  return { ...served, hear };
}

test('a forged source port 0 is ignored', async () => {
  const { hear, counters } = await serveForged();
  hear(readRequest('small'), { address: '127.0.0.1', port: 0 });
  expect(counters.get('tftp.ignored.source-port-0')).toBe(1);
});

test('a client to which there is no way is refused, and others are served', async () => {
  // As a file too large for the cache: its blocks are sent later.
  const content = { ...memoryContent(Buffer.from('x')), read: async () => Buffer.from('x') };
  const files: TftpFiles = { find: async () => ({ content }) };
  const { hear, counters, port } = await serveForged({ files });
  hear(readRequest('large'), { address: '255.255.255.255', port: 9 });
  await until(() => counters.get('tftp.refused.no-socket') === 1);
  const client = await openClient();
  client.send(readRequest('large'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'DATA' });
});

test('a transfer that cannot be started leaves no socket', async () => {
  let open = 0;
  const counted: OpenUdp = async (options) => {
    const socket = await openUdp(options);
    open += 1;
    return { ...socket, close: () => socket.close().finally(() => (open -= 1)) };
  };
  const read = () => {
    throw new Error('fault');
  };
  const content = { sizeBytes: 5, read, close: async () => {} };
  const { port, counters } = await serve({
    openUdp: counted,
    files: { find: async () => ({ content }) },
  });
  const client = await openClient();
  client.send(readRequest('bad'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'ERROR' });
  expect(counters.get('tftp.refused.no-socket')).toBe(1);
  expect(open).toBe(1);
});

test('names made on the fly come before files, and their faults stay their own', async () => {
  const { port } = await serve({
    findVirtual(path, serverAddress) {
      if (path === 'broken') throw new Error('template fault');
      return path === 'autoexec.ipxe' ? Buffer.from(`#!ipxe ${serverAddress}`) : undefined;
    },
  });
  const client = await openClient('127.0.0.5');
  client.send(readRequest('autoexec.ipxe'), port);
  const { packet, port: transferPort } = await client.receive();
  expect(packet).toMatchObject({ payload: Buffer.from('#!ipxe 127.0.0.1') });
  client.send({ kind: 'ACK', block: 1 }, transferPort);
  const other = await openClient();
  other.send(readRequest('broken'), port);
  expect((await other.receive()).packet).toMatchObject({ kind: 'ERROR', code: 0 });
});

test('a fault in onTransfer is counted and stops nothing', async () => {
  const { port, counters } = await serve({
    onTransfer() {
      throw new Error('database is locked');
    },
  });
  const client = await openClient();
  client.send(readRequest('none'), port);
  await client.receive();
  expect(counters.get('tftp.callback-errors')).toBe(1);
  client.send(readRequest('small'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'DATA' });
});

test('a file that cannot be read to its end aborts the transfer with an ERROR', async () => {
  const files: TftpFiles = {
    find: async () => ({
      content: {
        sizeBytes: 5_000,
        read: () => Promise.reject(new Error('EIO')),
        close: async () => {},
      },
    }),
  };
  const { port, reports } = await serve({ files });
  const client = await openClient();
  client.send(readRequest('bad'), port);
  expect((await client.receive()).packet).toMatchObject({ kind: 'ERROR', code: 0 });
  expect(reports).toMatchObject([{ outcome: 'aborted', reason: 'read-failed' }]);
});

test('closing tells the clients and frees the port', async () => {
  const { server, port, reports } = await serve();
  const client = await openClient();
  client.send(readRequest('big'), port);
  await client.receive();
  await server.close();
  expect((await client.receive()).packet).toMatchObject({ kind: 'ERROR', code: 0 });
  expect(reports).toMatchObject([{ outcome: 'aborted', reason: 'shutdown' }]);
  const { port: reopened } = (await serve({ port })).server.endpoints[0] ?? { port: 0 };
  expect(reopened).toBe(port);
});

test('a port in use leaves nothing open', async () => {
  const { port } = await serve();
  const interfaces = ['127.0.0.2', '127.0.0.1'].map((address) => ({
    name: 'lo',
    address,
    netmask: '255.0.0.0',
  }));
  await expect(serve({ port, interfaces })).rejects.toMatchObject({ code: 'port_in_use' });
  await serve({ port, interfaces: interfaces.slice(0, 1) });
});
