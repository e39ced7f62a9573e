import { CafebootError } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Hosts } from './hosts.ts';
import type { Presences } from './presence.ts';
import type { Timeline } from './timeline.ts';

export interface BootAccessDeps {
  hosts: Hosts;
  presences: Presences;
  timeline: Timeline;
  /** The MAC that the kernel's neighbour table has for an IPv4 address. */
  findNeighbour: (address: string) => Promise<string | undefined>;
}

export type BootAccess = ReturnType<typeof createBootAccess>;

/** Who a request comes from, whatever it says. */
export function createBootAccess({ hosts, presences, timeline, findNeighbour }: BootAccessDeps) {
  /**
   * Whether a request that says it is this PC comes from where this PC is: the address it was seen
   * at by DHCP, the one it is registered with, or the neighbour table's word. Otherwise a PC could
   * drop another one's disk by asking for its script.
   */
  async function isAt(mac: string, address: string): Promise<boolean> {
    if (presences.addressOf(mac) === address) return true;
    if (hosts.findByMac(mac)?.ip === address) return true;
    return (await findNeighbour(address)) === mac;
  }

  return {
    isAt,

    /** The host with this MAC, which asks from where it is. Throws `not_found`, `wrong_address`. */
    async getAt(mac: string, address: string): Promise<HostRow> {
      const host = hosts.findByMac(mac);
      if (!host) throw new CafebootError('not_found', { kind: 'host', name: mac });
      if (await isAt(mac, address)) return host;
      timeline.record({ kind: 'boot.refused', level: 'warn', mac, data: { address } });
      throw new CafebootError('wrong_address', { mac, address });
    },

    macAt: async (address: string): Promise<string | undefined> =>
      presences.findMacAt(address) ?? (await findNeighbour(address)),
  };
}
