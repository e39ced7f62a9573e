import { setTimeout as sleep } from 'node:timers/promises';

/** An interface of this machine and the network on it, IPv4 in dotted form. */
export interface LanInterface {
  address: string;
  netmask: string;
}

/** A UDP socket bound to one interface's address, which may send broadcasts. */
export interface WolSocket {
  send(bytes: Uint8Array, port: number, address: string): void;
  close(): Promise<void>;
}

export interface WakeOnLanDeps {
  openSocket: (address: string) => Promise<WolSocket>;
  /** Those that PCs are on. */
  interfaces: () => LanInterface[];
}

export type WakeOnLan = ReturnType<typeof createWakeOnLan>;

/** A sleeping NIC may miss one; there is no answer to wait for. */
const repeats = 3;
const gapMs = 100;
/** The discard service's, as everybody uses; the NIC looks at the bytes alone. */
const port = 9;
const everyone = '255.255.255.255';

/** Six bytes of ones, then the MAC sixteen times: AMD's Magic Packet. */
export function encodeMagicPacket(mac: string): Buffer {
  const address = Buffer.from(mac.replaceAll(':', ''), 'hex');
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array<Buffer>(16).fill(address)]);
}

/** The interfaces that a PC at this address is behind; all, where it is on none or its address is unknown. */
export function interfacesTo(
  address: string | undefined,
  interfaces: readonly LanInterface[],
): LanInterface[] {
  const near = interfaces.filter(
    (each) => address !== undefined && isInNetwork(address, each.address, each.netmask),
  );
  return near.length > 0 ? near : [...interfaces];
}

function isInNetwork(address: string, own: string, netmask: string): boolean {
  const mask = toNumber(netmask);
  return (toNumber(address) & mask) === (toNumber(own) & mask);
}

const toNumber = (address: string): number =>
  address.split('.').reduce((number, part) => (number << 8) | Number(part), 0);

export function createWakeOnLan({ openSocket, interfaces }: WakeOnLanDeps) {
  /** A socket bound to an interface's address broadcasts out of that one, whatever the default route is. */
  async function sendFrom(from: LanInterface, packet: Buffer): Promise<void> {
    const socket = await openSocket(from.address);
    try {
      for (let sent = 0; sent < repeats; sent += 1) {
        if (sent > 0) await sleep(gapMs);
        socket.send(packet, port, everyone);
      }
    } finally {
      await socket.close();
    }
  }

  return {
    /** Wakes the PC with this MAC, which was last seen at `address`. Whether it woke, nobody can say. */
    async wake(mac: string, address: string | undefined): Promise<void> {
      const packet = encodeMagicPacket(mac);
      await Promise.all(interfacesTo(address, interfaces()).map((from) => sendFrom(from, packet)));
    },
  };
}
