import { formatIpv4, parseIpv4 } from '../dhcp/ipv4.ts';
import type { SubnetFields } from './subnet.ts';

export interface ProposalFacts {
  /** Ours in the LAN. */
  address: string;
  netmask: string;
  /** The LAN's router, where one is known. */
  gateway?: string | undefined;
}

/** A /24 of a cafe keeps its first hundred addresses for PCs that have fixed ones. */
const fixedAddresses = 100;
const lastOfBlock = 250;
const blockSize = 256;

/**
 * The subnet that we would give addresses of in a LAN: its upper part, without the router and ourselves.
 * Undefined where the LAN has no room for one.
 */
export function proposeSubnet({
  address,
  netmask,
  gateway,
}: ProposalFacts): SubnetFields | undefined {
  const [own, mask] = [parseIpv4(address), parseIpv4(netmask)];
  const network = (own & mask) >>> 0;
  const size = (~mask >>> 0) + 1;
  const prefix = 32 - Math.log2(size);
  if (!Number.isInteger(prefix) || prefix < 8 || prefix > 29) return undefined;
  const router = gateway === undefined ? undefined : parseIpv4(gateway);
  const isNear = router !== undefined && (router & mask) >>> 0 === network && router !== own;
  // Of a LAN that is larger, the part that we are in.
  const isLarge = size >= blockSize;
  const block = isLarge ? own - (own % blockSize) : network;
  const from = block + (isLarge ? fixedAddresses : size / 2);
  const to = block + (isLarge ? lastOfBlock : size - 2);
  const range = longestWithout([own, ...(isNear ? [router] : [])], from, to);
  if (!range) return undefined;
  const routers = isNear ? [formatIpv4(router)] : [];
  return {
    subnet: `${formatIpv4(network)}/${prefix}`,
    range: range.map(formatIpv4).join('-'),
    ...(routers.length > 0 && { routers, dnsServers: routers }),
  };
}

/** The longest run between two addresses that none of the taken ones is in. */
function longestWithout(
  taken: readonly number[],
  from: number,
  to: number,
): [number, number] | undefined {
  const inside = taken.filter((each) => each >= from && each <= to).sort((a, b) => a - b);
  const runs = [...inside, to + 1].map((end, index): [number, number] => [
    (inside[index - 1] ?? from - 1) + 1,
    end - 1,
  ]);
  const [longest] = runs.toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]));
  return longest && longest[1] >= longest[0] ? longest : undefined;
}
