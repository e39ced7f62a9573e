import { readFile } from 'node:fs/promises';

/** What the kernel knows of an address on a LAN: who has it, and on which interface. */
export interface Neighbour {
  mac: string;
  interfaceName: string;
}

/**
 * The kernel's neighbour table by IPv4 address. An entry may be days old: small tables are never cleaned,
 * and the kernel asks again only some seconds after something was sent there.
 */
export async function readNeighbours(): Promise<Map<string, Neighbour>> {
  return toNeighbours(await readTable());
}

const readTable = async (): Promise<string[]> =>
  (await readFile('/proc/net/arp', 'utf8').catch(() => '')).split('\n');

function toNeighbours(lines: readonly string[]): Map<string, Neighbour> {
  const neighbours = new Map<string, Neighbour>();
  for (const line of lines) {
    const [ip = '', , flags, mac = '', , interfaceName = ''] = line.split(/\s+/);
    // Flag 0x2 (ATF_COM) marks a complete entry.
    if (Number(flags) & 0x2) neighbours.set(ip, { mac, interfaceName });
  }
  return neighbours;
}

/**
 * The MAC that the kernel's neighbour table has for an IPv4 address on a LAN of ours. A peer that
 * just opened a TCP connection to us is always in it, unless it sits behind a router.
 */
export async function findNeighbour(address: string): Promise<string | undefined> {
  // Asked for each script of a hall that is switched on: of hundreds of lines only its own are taken apart.
  const lines = (await readTable()).filter((line) => line.startsWith(`${address} `));
  return toNeighbours(lines).get(address)?.mac;
}
