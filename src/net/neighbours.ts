import { readFile } from 'node:fs/promises';

/**
 * The kernel's neighbour table: MACs by IPv4 address of the LANs we are on. An entry may be minutes old:
 * the kernel asks again only when something is sent there.
 */
export async function readNeighbours(): Promise<Map<string, string>> {
  const table = await readFile('/proc/net/arp', 'utf8').catch(() => '');
  const macs = new Map<string, string>();
  for (const line of table.split('\n')) {
    const [ip = '', , flags, mac = ''] = line.split(/\s+/);
    // Flag 0x2 (ATF_COM) marks a complete entry.
    if (Number(flags) & 0x2) macs.set(ip, mac);
  }
  return macs;
}

/**
 * The MAC that the kernel's neighbour table has for an IPv4 address on a LAN of ours. A peer that
 * just opened a TCP connection to us is always in it, unless it sits behind a router.
 */
export async function findNeighbour(address: string): Promise<string | undefined> {
  return (await readNeighbours()).get(address);
}
