import type { Presences } from './presence.ts';

export interface WhoIsAtDeps {
  presences: Pick<Presences, 'findMacAt'>;
  /** The MAC that the kernel's neighbour table has for an IPv4 address. */
  findNeighbour: (address: string) => Promise<string | undefined>;
}

/** The MAC of the PC at an address: as the LAN has it, else, behind a router, as it was seen by DHCP. */
export const whoIsAt = async (
  { presences, findNeighbour }: WhoIsAtDeps,
  address: string,
): Promise<string | undefined> => (await findNeighbour(address)) ?? presences.findMacAt(address);
