import { setTimeout as sleep } from 'node:timers/promises';
import type { Datagram, OpenUdp, UdpSocket } from './udp.ts';

/** What is asked out of one interface. */
export interface BroadcastQuestion {
  /** Our own address on that interface. */
  address: string;
  bytes: Buffer;
}

export interface AskOptions {
  openUdp: OpenUdp;
  questions: readonly BroadcastQuestion[];
  /** Where answers come to, and the questions go to. */
  ports: { own: number; to: number };
  /** After how many milliseconds each question is asked, the first time at 0. */
  askAfterMs: readonly number[];
  /** All answers until then count. */
  waitMs: number;
  onReply: (datagram: Datagram) => void;
}

/**
 * Asks everybody on the LAN of each interface, and hears what comes back within `waitMs`, by broadcast or
 * to the asking address. Throws `port_in_use` where another program holds our port for itself alone.
 */
export async function askEverybody(options: AskOptions): Promise<void> {
  const { openUdp, questions, ports, askAfterMs, waitMs, onReply } = options;
  const open: UdpSocket[] = [];
  const listen = async (address: string) => {
    const socket = await openUdp({
      address,
      port: ports.own,
      broadcast: true,
      // A DHCP client of this machine may have it too.
      shared: true,
      onMessage: onReply,
      // An interface that cannot send hears nobody: that is the result.
      onError: () => {},
    });
    open.push(socket);
    return socket;
  };
  try {
    await listen('0.0.0.0');
    const askers = await Promise.all(
      questions.map(async ({ address, bytes }) => ({ bytes, socket: await listen(address) })),
    );
    let passedMs = 0;
    for (const afterMs of askAfterMs) {
      await sleep(afterMs - passedMs);
      passedMs = afterMs;
      for (const { socket, bytes } of askers) socket.send(bytes, ports.to, '255.255.255.255');
    }
    await sleep(waitMs - passedMs);
  } finally {
    await Promise.all(open.map((socket) => socket.close()));
  }
}
