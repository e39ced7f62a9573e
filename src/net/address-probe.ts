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

/** Drops what the kernel's neighbour table has for an address. Without the right to, the old answer has to do. */
export type ForgetNeighbour = (address: string, interfaceName: string) => Promise<void>;

interface Wait {
  /** When the kernel was made to ask; absent until then. */
  sinceMs?: number;
  resolve: ((mac: string | undefined) => void)[];
}

/**
 * Node can send neither ARP nor ICMP. But the kernel must ask by ARP before it can send a datagram, and
 * tells what it heard in its neighbour table; one look at that serves all who wait. What it heard before
 * is dropped first: a PC that was switched off yesterday is in the table still.
 */
export async function createAddressProbe(
  openUdp: OpenUdp,
  forgetNeighbour: ForgetNeighbour,
): Promise<AddressProbe> {
  const waits = new Map<string, Wait>();
  let timer: NodeJS.Timeout | undefined;
  const socket = await openUdp({
    address: '0.0.0.0',
    port: 0,
    onMessage: () => {},
    // Nobody there, or no such network: nobody answers.
    onError: () => {},
  });

  function settle(address: string, mac: string | undefined): void {
    for (const resolve of waits.get(address)?.resolve ?? []) resolve(mac);
    waits.delete(address);
  }

  async function look(): Promise<void> {
    const neighbours = await readNeighbours();
    for (const [address, { sinceMs }] of [...waits]) {
      if (sinceMs === undefined) continue;
      const mac = neighbours.get(address)?.mac;
      if (mac !== undefined || performance.now() - sinceMs >= waitMs) settle(address, mac);
    }
    timer = waits.size > 0 ? setTimeout(() => void look(), lookEveryMs) : undefined;
  }

  async function ask(address: string, wait: Wait): Promise<void> {
    const known = (await readNeighbours()).get(address);
    if (known) await forgetNeighbour(address, known.interfaceName);
    // It may have been closed meanwhile.
    if (waits.get(address) !== wait) return;
    wait.sinceMs = performance.now();
    socket.send(Buffer.of(0), discardPort, address);
    timer ??= setTimeout(() => void look(), lookEveryMs);
  }

  return {
    findOwner: (address) =>
      new Promise((resolve) => {
        const waiting = waits.get(address);
        if (waiting) {
          waiting.resolve.push(resolve);
          return;
        }
        const wait: Wait = { resolve: [resolve] };
        waits.set(address, wait);
        void ask(address, wait);
      }),
    async close() {
      clearTimeout(timer);
      for (const address of [...waits.keys()]) settle(address, undefined);
      await socket.close();
    },
  };
}
