import { CafebootError } from '../../src/errors.ts';
import type { Datagram, OpenUdp, UdpOptions } from '../../src/net/udp.ts';

/** A datagram the program sent, with the socket it left by. */
export interface SentDatagram {
  fromAddress: string;
  fromPort: number;
  address: string;
  port: number;
  bytes: Buffer;
}

/** A machine's UDP without a network: the test is every other machine. */
export interface FakeUdp {
  openUdp: OpenUdp;
  /** All that was sent so far, oldest first. */
  readonly sent: SentDatagram[];
  /**
   * Delivers a datagram as the kernel would: a broadcast to the wildcard sockets of the port, a unicast
   * to one socket bound to that address, else to a wildcard one. Returns how many sockets got it.
   */
  deliver(datagram: Datagram, to: { address: string; port: number }): number;
  /** Makes opening this port fail as if another program held it. */
  takePort(port: number): void;
  /** Makes every send from now on report this error. */
  failSends(error: Error): void;
  /** `address:port` of every open socket. */
  openSockets(): string[];
}

const wildcard = '0.0.0.0';

export function createFakeUdp(): FakeUdp {
  const sockets = new Set<UdpOptions>();
  const taken = new Set<number>();
  const sent: SentDatagram[] = [];
  let sendError: Error | undefined;

  return {
    sent,
    async openUdp(options) {
      const { address, port } = options;
      if (taken.has(port)) throw new CafebootError('port_in_use', { address, port });
      sockets.add(options);
      return {
        address,
        port,
        send(bytes, toPort, toAddress) {
          if (sendError) return options.onError(sendError);
          sent.push({
            fromAddress: address,
            fromPort: port,
            address: toAddress,
            port: toPort,
            bytes: Buffer.from(bytes),
          });
        },
        async close() {
          sockets.delete(options);
        },
      };
    },
    deliver(datagram, to) {
      const onPort = [...sockets].filter(({ port }) => port === to.port);
      const bound = onPort.filter(({ address }) => address === to.address);
      const receivers =
        bound.length > 0 ? bound.slice(-1) : onPort.filter((each) => each.address === wildcard);
      for (const { onMessage } of receivers) onMessage(datagram);
      return receivers.length;
    },
    takePort(port) {
      taken.add(port);
    },
    failSends(error) {
      sendError = error;
    },
    openSockets: () => [...sockets].map(({ address, port }) => `${address}:${port}`).sort(),
  };
}
