import { createSocket, type Socket } from 'node:dgram';
import { CafebootError } from '../errors.ts';

/** One received datagram. `bytes` belongs to the receiver until its handler returns. */
export interface Datagram {
  bytes: Buffer;
  /** The sender's IPv4 address and UDP port. */
  address: string;
  port: number;
}

/** A bound UDP socket. Sending never throws: lasting failures reach `onError`. */
export interface UdpSocket {
  readonly address: string;
  readonly port: number;
  send(bytes: Uint8Array, port: number, address: string): void;
  close(): Promise<void>;
}

export interface UdpOptions {
  /** IPv4 address to bind; `0.0.0.0` also receives broadcasts, an interface's address does not. */
  address: string;
  /** 0 lets the kernel choose. */
  port: number;
  /** Allow sending to 255.255.255.255; it leaves by the interface that owns `address`. */
  broadcast?: boolean;
  /** Share the port with sockets bound to other addresses of this machine. */
  shared?: boolean;
  /**
   * Talk to this one only, at a third less cost a packet: the kernel refuses datagrams of all others
   * (with ICMP port unreachable), `send` goes to the peer whatever it is told, and a send that fails at
   * once is lost in silence, as if on the way.
   */
  peer?: { address: string; port: number };
  /** Kernel receive buffer; a hall of PCs switched on at once sends bursts. */
  receiveBufferBytes?: number;
  onMessage: (datagram: Datagram) => void;
  onError: (error: Error) => void;
}

/** The seam to UDP; the fake in test/fakes implements it for faults. */
export type OpenUdp = (options: UdpOptions) => Promise<UdpSocket>;

/**
 * Opens and binds one IPv4 UDP socket. Throws `port_in_use` or `address_missing` with the address and
 * port that failed, or why there is no way to `peer`; nothing is left open then.
 */
export const openUdp: OpenUdp = (options) =>
  new Promise((resolve, reject) => {
    const socket = createSocket({
      type: 'udp4',
      reuseAddr: options.shared ?? false,
      // Peers are always literal addresses: skip the resolver, which costs more than the send.
      lookup: (hostname, _options, callback) => callback(null, hostname, 4),
    });
    socket.once('error', (error) => {
      socket.close();
      reject(bindError(error, options));
    });
    socket.bind({ address: options.address, port: options.port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      socket.on('error', options.onError);
      if (options.broadcast) socket.setBroadcast(true);
      if (options.receiveBufferBytes) socket.setRecvBufferSize(options.receiveBufferBytes);
      socket.on('message', (bytes, remote) =>
        options.onMessage({ bytes, address: remote.address, port: remote.port }),
      );
      const { peer, onError } = options;
      if (!peer) {
        resolve(wrap(socket, sendAnywhere(socket, onError)));
        return;
      }
      // Node reports a failed connect here and leaves the socket without a peer, where `send` throws.
      socket.connect(peer.port, peer.address, (error?: Error) => {
        if (!error) return resolve(wrap(socket, (bytes) => socket.send(bytes)));
        socket.close();
        return reject(error);
      });
    });
  });

/**
 * A callback costs an object and a tick per datagram. An interface that fails goes on failing, so one
 * send in so many is asked how it went; the others, if they fail at once, are lost as if on the way.
 */
const askEvery = 64;
/** Datagrams that wait in memory because the kernel takes no more; a LAN in order has none. */
const queueLimit = 1_000;

function sendAnywhere(socket: Socket, onError: (error: Error) => void): UdpSocket['send'] {
  const report = (error: Error | null) => {
    if (error) onError(error);
  };
  let sent = 0;
  return (bytes, port, address) => {
    // dgram throws on port 0, which a forged datagram may carry as its source port.
    if (port < 1 || port > 65_535) onError(new RangeError(`port ${port}`));
    else if (socket.getSendQueueCount() > queueLimit) onError(new Error('send queue full'));
    else if (sent++ % askEvery === 0) socket.send(bytes, port, address, report);
    else socket.send(bytes, port, address);
  };
}

function wrap(socket: Socket, send: UdpSocket['send']): UdpSocket {
  const { address, port } = socket.address();
  let open = true;
  return {
    address,
    port,
    send(bytes, toPort, toAddress) {
      if (open) send(bytes, toPort, toAddress);
    },
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        return socket.close(() => resolve());
      }),
  };
}

function bindError(error: NodeJS.ErrnoException, options: UdpOptions): Error {
  const context = { address: options.address, port: options.port, protocol: 'udp' };
  if (error.code === 'EADDRINUSE')
    return new CafebootError('port_in_use', context, { cause: error });
  if (error.code === 'EADDRNOTAVAIL') {
    return new CafebootError('address_missing', context, { cause: error });
  }
  return error;
}
