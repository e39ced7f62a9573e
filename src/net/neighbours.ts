import { readFile } from 'node:fs/promises';

/**
 * The MAC that the kernel's neighbour table has for an IPv4 address on a LAN of ours. A peer that
 * just opened a TCP connection to us is always in it, unless it sits behind a router.
 */
export async function findNeighbour(address: string): Promise<string | undefined> {
  const table = await readFile('/proc/net/arp', 'utf8').catch(() => '');
  for (const line of table.split('\n')) {
    const [ip, , flags, mac] = line.split(/\s+/);
    // Flag 0x2 (ATF_COM) marks a complete entry.
    if (ip === address && Number(flags) & 0x2) return mac;
  }
  return undefined;
}
