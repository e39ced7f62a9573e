import { CafebootError } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Hosts } from './hosts.ts';
import type { Presences } from './presence.ts';
import type { Timeline } from './timeline.ts';
import { whoIsAt } from './who-is-at.ts';

export interface BootAccessDeps {
  hosts: Hosts;
  presences: Presences;
  timeline: Timeline;
  /** The MAC that the kernel's neighbour table has for an IPv4 address. */
  findNeighbour: (address: string) => Promise<string | undefined>;
}

export type BootAccess = ReturnType<typeof createBootAccess>;

/** Who a request comes from, whatever it says. */
export function createBootAccess(deps: BootAccessDeps) {
  const { hosts, presences, timeline, findNeighbour } = deps;
  /**
   * Whether a request that says it is this PC comes from where this PC is. Otherwise a PC could take
   * another one's disk by asking for its script. The neighbour table is right of whoever has a connection
   * to us on a LAN of ours, so it alone decides. Behind a router, where it says nothing, it is the address
   * that the PC was seen at by DHCP, or the one it is registered with: both are what somebody says.
   */
  async function isAt(mac: string, address: string): Promise<boolean> {
    const neighbour = await findNeighbour(address);
    if (neighbour !== undefined) return neighbour === mac;
    return presences.addressOf(mac) === address || hosts.findByMac(mac)?.ip === address;
  }

  return {
    isAt,

    /** The host with this MAC, which asks from where it is. Throws `not_found`, `wrong_address`. */
    async getAt(mac: string, address: string): Promise<HostRow> {
      const host = hosts.findByMac(mac);
      if (!host) throw new CafebootError('not_found', { kind: 'host', name: mac });
      if (await isAt(mac, address)) return host;
      if (!presences.isRepeat(mac, 'refused')) {
        timeline.record({ kind: 'boot.refused', level: 'warn', mac, data: { address } });
      }
      throw new CafebootError('wrong_address', { mac, address });
    },

    macAt: (address: string): Promise<string | undefined> => whoIsAt(deps, address),
  };
}
