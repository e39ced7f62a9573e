import { formatIpv4, parseIpv4 } from '../dhcp/ipv4.ts';
import type { Lease, LeaseState } from './lease.ts';

/** A lease as it is stored. */
export interface StoredLease extends Omit<Lease, 'address' | 'state'> {
  /** Dotted. */
  address: string;
  state: Extract<LeaseState, 'bound' | 'released' | 'declined'>;
}

/** Dotted. */
export const formatAddress = formatIpv4;

/** As it is stored; undefined for what is known for seconds only. */
export function findStored({ address, state, ...lease }: Lease): StoredLease | undefined {
  if (state === 'offered' || state === 'taken') return undefined;
  return { ...lease, state, address: formatIpv4(address) };
}

export function fromStored({ address, ...lease }: StoredLease): Lease {
  return { ...lease, address: parseIpv4(address) };
}
