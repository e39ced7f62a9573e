import { readNeighbours } from './neighbours.ts';
import type { OpenUdp } from './udp.ts';

/** Finds out who has an address on one of our LANs. */
export interface AddressProbe {
  /** The MAC of whoever answers for this address within a third of a second; undefined where nobody does. */
  findOwner(address: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** RFC 863: thrown away, or refused, by whoever has the address. */
const discardPort = 9;
/** On a LAN an ARP answer takes a millisecond, that of a PC which saves power some tens. */
const waitMs = 300;
const lookEveryMs = 30;

interface Wait {
  sinceMs: number;
  resolve: (mac: string | undefined) => void;
}

/**
 * Node can send neither ARP nor ICMP. But the kernel must ask by ARP before it can send a datagram, and
 * tells what it heard in its neighbour table; one look at that serves all who wait.
 */
export async function createAddressProbe(openUdp: OpenUdp): Promise<AddressProbe> {
  const waits = new Map<string, Wait[]>();
  let timer: NodeJS.Timeout | undefined;
  const socket = await openUdp({
    address: '0.0.0.0',
    port: 0,
    onMessage: () => {},
    // Nobody there, or no such network: nobody answers.
    onError: () => {},
  });

  function settle(address: string, mac: string | undefined): void {
    for (const { resolve } of waits.get(address) ?? []) resolve(mac);
    waits.delete(address);
  }

  async function look(): Promise<void> {
    const macs = await readNeighbours();
    for (const [address, [first]] of [...waits]) {
      const mac = macs.get(address);
      if (mac !== undefined || performance.now() - (first?.sinceMs ?? 0) >= waitMs) {
        settle(address, mac);
      }
    }
    timer = waits.size > 0 ? setTimeout(() => void look(), lookEveryMs) : undefined;
  }

  return {
    findOwner: (address) =>
      new Promise((resolve) => {
        const wait = { sinceMs: performance.now(), resolve };
        const waiting = waits.get(address);
        if (waiting) waiting.push(wait);
        else {
          waits.set(address, [wait]);
          socket.send(Buffer.of(0), discardPort, address);
        }
        timer ??= setTimeout(() => void look(), lookEveryMs);
      }),
    async close() {
      clearTimeout(timer);
      for (const address of [...waits.keys()]) settle(address, undefined);
      await socket.close();
    },
  };
}
