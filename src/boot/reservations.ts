import { parseIpv4 } from '../dhcp/ipv4.ts';

/** Who is to have which address whatever happens. */
export interface Reservations {
  /** The address of a client of DHCP; by MAC. */
  addressOf(client: string): number | undefined;
  clientAt(address: number): string | undefined;
}

/** From the list of PCs: each that has an address there has it by DHCP too. */
export function createReservations(
  hosts: readonly { mac: string; ip: string | null }[],
): Reservations {
  const byClient = new Map<string, number>();
  const byAddress = new Map<number, string>();
  for (const { mac, ip } of hosts) {
    if (ip === null) continue;
    const address = parseIpv4(ip);
    byClient.set(mac, address);
    byAddress.set(address, mac);
  }
  return {
    addressOf: (client) => byClient.get(client),
    clientAt: (address) => byAddress.get(address),
  };
}
