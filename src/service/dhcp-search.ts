import { randomInt } from 'node:crypto';
import { findOffer, searchMessage } from '../boot/dhcp-search.ts';
import { CafebootError } from '../errors.ts';

/** One of our interfaces, as the search needs it. */
export interface SearchedLan {
  name: string;
  address: string;
  mac: string;
}

/** A DHCP server that answers on one of our LANs. */
export interface FoundDhcpServer {
  interface: string;
  address: string;
  /** Null where it could not be learnt. */
  mac: string | null;
  /** The address it would have given us. */
  offered: string;
}

export interface DhcpSearchDeps {
  /** Broadcasts each question to port 67 out of the interface with this address, and hears answers for some seconds. */
  ask(
    questions: { address: string; bytes: Buffer }[],
    onReply: (answer: { bytes: Buffer; address: string }) => void,
  ): Promise<void>;
  /** Who has an IPv4 address on our LANs. */
  findOwner(address: string): Promise<string | undefined>;
}

export type DhcpSearch = ReturnType<typeof createDhcpSearch>;

/** Looks for DHCP servers other than ours. */
export function createDhcpSearch({ ask, findOwner }: DhcpSearchDeps) {
  /** The servers that answer on each LAN; takes as long as `ask`. Throws `port_in_use`. */
  async function find(lans: readonly SearchedLan[]): Promise<FoundDhcpServer[]> {
    const own = new Set(lans.map(({ address }) => address));
    // An answer does not say where it arrived, so each LAN has a transaction of its own.
    const byXid = new Map(lans.map((lan) => [randomInt(2 ** 32), lan]));
    const questions = [...byXid].map(([xid, { address, mac }]) => ({
      address,
      bytes: searchMessage(mac, xid),
    }));
    const found = new Map<string, FoundDhcpServer>();
    await ask(questions, ({ bytes, address: from }) => {
      const offer = findOffer(bytes);
      const lan = offer && byXid.get(offer.xid);
      const address = offer?.server ?? from;
      if (!lan || own.has(address)) return;
      const server = { interface: lan.name, address, mac: null, offered: offer.offered };
      found.set(`${lan.name} ${address}`, server);
    });
    return Promise.all(
      [...found.values()].map(async (each) => ({
        ...each,
        mac: (await findOwner(each.address)) ?? null,
      })),
    );
  }

  return {
    find,
    /** Throws `other_dhcp_server` where one answers on any of these LANs. */
    async refuseOthers(lans: readonly SearchedLan[]): Promise<void> {
      const [other] = await find(lans);
      if (!other) return;
      throw new CafebootError('other_dhcp_server', {
        interface: other.interface,
        address: other.address,
        mac: other.mac ?? '?',
      });
    },
  };
}
