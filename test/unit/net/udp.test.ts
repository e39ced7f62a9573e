import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openUdp } from '../../../src/net/udp.ts';

const ignore = { onMessage: () => {}, onError: () => {} };

/** How many sockets this process has open. */
const openSockets = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

test('a peer that the kernel refuses is an error, and no socket stays open', async () => {
  const before = openSockets();
  // Without SO_BROADCAST it takes none, just as it takes no address to which it has no route.
  const peer = { address: '255.255.255.255', port: 9 };
  const opening = openUdp({ address: '127.0.0.1', port: 0, peer, ...ignore });
  await expect(opening).rejects.toMatchObject({ syscall: 'connect' });
  expect(openSockets()).toBe(before);
});

test('a send that fails does not throw', async () => {
  const socket = await openUdp({ address: '127.0.0.1', port: 0, ...ignore });
  for (const [address, port] of [
    ['255.255.255.255', 9],
    ['127.0.0.1', 0],
    ['8.8.8.8', 9],
  ] as const) {
    expect(() => socket.send(Buffer.from('x'), port, address)).not.toThrow();
  }
  await socket.close();
  expect(() => socket.send(Buffer.from('x'), 9, '127.0.0.1')).not.toThrow();
});
