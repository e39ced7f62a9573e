import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { capConnections } from '../../../src/http/connections.ts';

let server: ReturnType<typeof createServer>;
let sockets: Socket[];
let refused = 0;

beforeEach(async () => {
  refused = 0;
  sockets = [];
  server = createServer((_request, response) => response.end('here'));
  capConnections(server, { inAll: 5, perAddress: 3 }, () => {
    refused += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

/** From one of this machine's own addresses; whether an answer came. */
async function ask(localAddress: string): Promise<boolean> {
  const { port } = server.address() as { port: number };
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  sockets.push(socket);
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
}

test('one address has so many connections and leaves room for others; all have so many', async () => {
  for (let index = 0; index < 3; index++) expect(await ask('127.0.0.2')).toBe(true);
  expect(await ask('127.0.0.2')).toBe(false);
  for (let index = 0; index < 2; index++) expect(await ask('127.0.0.3')).toBe(true);
  expect(await ask('127.0.0.4')).toBe(false);
  expect(refused).toBe(2);
});

test('one that ends makes room', async () => {
  for (let index = 0; index < 3; index++) await ask('127.0.0.2');
  sockets[0]?.destroy();
  await expect.poll(() => ask('127.0.0.2')).toBe(true);
});
