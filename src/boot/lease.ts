/**
 * How an address stands. `offered`: held for a client that has not asked for it yet. `bound`: given.
 * `released`: given back. `declined`: a client found another device there. `taken`: we found one there,
 * which is `client`.
 */
export type LeaseState = 'offered' | 'bound' | 'released' | 'declined' | 'taken';

/** What is known of one address. Times are epoch milliseconds. */
export interface Lease {
  /** Unsigned 32-bit number. */
  address: number;
  /** See `findLeaseClient`: for a PC its MAC. */
  client: string;
  state: LeaseState;
  startsAt: number;
  /** From here on the address is free, and this a memory of who had it last. */
  endsAt: number;
  /** What the client calls itself; null where it does not. */
  hostName: string | null;
}

/** All that is known of addresses, by address and by client. */
export interface LeaseTable {
  at(address: number): Lease | undefined;
  /** Those that a client has or had. */
  of(client: string): Lease[];
  /** Replaces what was known of its address. */
  put(lease: Lease): void;
  remove(address: number): void;
  list(): Lease[];
}

export function createLeaseTable(leases: Iterable<Lease> = []): LeaseTable {
  const byAddress = new Map<number, Lease>();
  const byClient = new Map<string, Map<number, Lease>>();

  function remove(address: number): void {
    const former = byAddress.get(address);
    if (!former) return;
    byAddress.delete(address);
    const own = byClient.get(former.client);
    own?.delete(address);
    if (own?.size === 0) byClient.delete(former.client);
  }

  function put(lease: Lease): void {
    remove(lease.address);
    byAddress.set(lease.address, lease);
    const own = byClient.get(lease.client);
    if (own) own.set(lease.address, lease);
    else byClient.set(lease.client, new Map([[lease.address, lease]]));
  }

  for (const lease of leases) put(lease);
  return {
    at: (address) => byAddress.get(address),
    of: (client) => [...(byClient.get(client)?.values() ?? [])],
    put,
    remove,
    list: () => [...byAddress.values()],
  };
}
