import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { tcpListenError } from '../net/tcp.ts';
import { type Connection, type ConnectionLimits, serveConnection } from './connection.ts';
import type { PresetHandler } from './messages.ts';
import { createProcessor } from './processor.ts';

/** PEM texts; callers prove by a certificate of `ca` that they are one of ours. */
export interface PresetTls {
  key: string;
  cert: string;
  ca: string;
}

export interface ListenerLimits extends ConnectionLimits {
  connections: number;
  handshakeMs: number;
}

export interface ListenerOptions {
  address: string;
  /** 0 lets the kernel choose. */
  port: number;
  tls?: PresetTls | undefined;
  handler: PresetHandler;
  /** Whether a caller at this IPv4 address is answered at all. */
  isAllowed: (address: string) => boolean;
  onRefused: (address: string) => void;
  limits?: Partial<ListenerLimits>;
}

export const defaultLimits: ListenerLimits = {
  // A message has a name, a password or an address in it.
  messageBytes: 128 * 1024,
  messageMs: 10_000,
  newIdleMs: 30_000,
  idleMs: 600_000,
  connections: 256,
  handshakeMs: 5_000,
};

/**
 * Listens for callers of the service `Preset`. A caller that is not allowed gets a closed connection, not a
 * byte. One too many takes the place of one that never made a call, else of the one longest silent.
 * Throws `port_in_use` or `address_missing`; an error of the TLS library where key or certificates are none.
 */
export async function startPresetListener(options: ListenerOptions) {
  const { address, port, tls, isAllowed, onRefused } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const processor = createProcessor(options.handler);
  /** By the caller's address and port; one in its TLS handshake has no connection yet. */
  const callers = new Map<string, { socket: Socket; connection?: Connection }>();

  function makeRoom(): void {
    if (callers.size < limits.connections) return;
    const [worst] = [...callers.values()].sort(
      ({ connection: a }, { connection: b }) =>
        Number(a?.isProven() ?? false) - Number(b?.isProven() ?? false) ||
        (a?.activeAt() ?? 0) - (b?.activeAt() ?? 0),
    );
    worst?.socket.destroy();
  }

  function admit(socket: Socket): void {
    const caller = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    socket.on('error', () => socket.destroy());
    if (!isAllowed(caller)) {
      socket.destroy();
      // One that hung up before it was looked at has no address any more.
      if (caller !== '') onRefused(caller);
      return;
    }
    makeRoom();
    const key = keyOf(socket);
    callers.set(key, { socket });
    socket.on('close', () => callers.delete(key));
    if (!tls) serve(socket);
  }

  /** The plain socket, or what TLS made of it. */
  function serve(socket: Socket): void {
    const caller = callers.get(keyOf(socket));
    if (caller) caller.connection = serveConnection(socket, processor, limits);
    else socket.destroy();
  }

  const common = { allowHalfOpen: true, noDelay: true };
  const server: Server = tls
    ? createTlsServer({
        ...common,
        ...tls,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        handshakeTimeout: limits.handshakeMs,
      })
    : createServer(common);
  server.on('connection', admit);
  server.on('secureConnection', serve);
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(tcpListenError(error, { address, port })));
    server.listen({ host: address, port }, resolve);
  });
  server.removeAllListeners('error');
  // A full file table refuses a caller; it ends nothing.
  server.on('error', () => {});
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : port,
    connectionCount: () => callers.size,
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { socket } of callers.values()) socket.destroy();
      await closed;
    },
  };
}

const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress}:${remotePort}`;
