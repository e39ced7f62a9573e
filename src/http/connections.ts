import type { Server } from 'node:net';

export interface ConnectionCaps {
  inAll: number;
  /** Generous: a router may hide a whole hall behind its address. */
  perAddress: number;
}

/**
 * Refuses connections that are too many, so that a few PCs with idle sockets take neither all the process's
 * file descriptors nor everybody's place.
 */
export function capConnections(
  server: Server,
  { inAll, perAddress }: ConnectionCaps,
  onRefused: () => void,
): void {
  const open = new Map<string, number>();
  server.maxConnections = inAll;
  server.on('drop', onRefused);
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > perAddress) {
      socket.destroy();
      onRefused();
      return;
    }
    open.set(address, count);
    socket.on('close', () => {
      const left = (open.get(address) ?? 0) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
