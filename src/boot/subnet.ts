import { formatIpv4, isHostAddress, parseIpv4 } from '../dhcp/ipv4.ts';
import { CafebootError } from '../errors.ts';
import { type ExtraOption, parseExtraOption } from './dhcp-option-text.ts';

/** One subnet that we give addresses of, as an administrator writes it. */
export interface SubnetFields {
  /** `10.77.0.0/24`. */
  subnet: string;
  /** First and last address for PCs without a reservation: `10.77.0.100-10.77.0.200`. */
  range: string;
  routers?: string[];
  dnsServers?: string[];
  /** Default: the subnet's last address. */
  broadcast?: string;
  /** Default: 12 hours. */
  leaseSeconds?: number;
  /** `code:type:value` each; see `parseExtraOption`. */
  options?: string[];
}

/** The same, ready to use; addresses are unsigned 32-bit numbers. */
export interface Subnet {
  /** As it was written. */
  name: string;
  network: number;
  mask: number;
  first: number;
  last: number;
  routers: readonly number[];
  dnsServers: readonly number[];
  broadcast: number;
  leaseSeconds: number;
  options: readonly ExtraOption[];
}

const defaultLeaseSeconds = 12 * 3600;
/** More PCs than any cafe has; bounds the look for a free address. */
const maxRange = 16_384;
const maxOptionsBytes = 512;

/** Whether an address belongs to the subnet and can be a host's. */
export function isHostOf({ network, mask, broadcast }: Subnet, address: number): boolean {
  const isInside = (address & mask) >>> 0 === network;
  const last = (network | ~mask) >>> 0;
  return isInside && address !== network && address !== last && address !== broadcast;
}

/** The subnet that an address belongs to. */
export function findSubnet(subnets: readonly Subnet[], address: number): Subnet | undefined {
  return subnets.find(({ network, mask }) => (address & mask) >>> 0 === network);
}

/** Parses them and checks them against one another. Throws `invalid_value` with the reason. */
export function parseSubnets(list: readonly SubnetFields[]): Subnet[] {
  const subnets = list.map(parseSubnet);
  for (const [index, one] of subnets.entries()) {
    const other = subnets.slice(0, index).find((each) => overlap(one, each));
    if (other) throw invalid(one.name, `it overlaps ${other.name}`);
  }
  return subnets;
}

/** Throws `invalid_value` where one of our own addresses would be given to a PC. */
export function refuseOwnAddresses(subnets: readonly Subnet[], addresses: readonly string[]): void {
  for (const { name, first, last } of subnets) {
    const own = addresses.find((text) => {
      const address = parseIpv4(text);
      return address >= first && address <= last;
    });
    if (own !== undefined) throw invalid(name, `the server's own address ${own} is in the range`);
  }
}

function parseSubnet(fields: SubnetFields): Subnet {
  try {
    return check(read(fields));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(fields.subnet, error.message);
  }
}

function read(fields: SubnetFields): Subnet {
  const [networkText = '', prefixText = ''] = fields.subnet.split('/');
  const prefix = Number(prefixText);
  if (!/^\d+$/.test(prefixText) || prefix < 8 || prefix > 30) {
    throw new RangeError('a subnet is written as 10.77.0.0/24, with 8 to 30 bits');
  }
  const mask = (0xffffffff << (32 - prefix)) >>> 0;
  const network = parseIpv4(networkText);
  if ((network & ~mask) !== 0) {
    throw new RangeError(`the subnet begins at ${formatIpv4((network & mask) >>> 0)}/${prefix}`);
  }
  const ends = fields.range.split('-');
  if (ends.length !== 2) throw new RangeError('a range is written as FIRST-LAST');
  const [first = 0, last = 0] = ends.map((each) => parseIpv4(each.trim()));
  return {
    name: fields.subnet,
    network,
    mask,
    first,
    last,
    routers: (fields.routers ?? []).map(parseIpv4),
    dnsServers: (fields.dnsServers ?? []).map(parseIpv4),
    broadcast: fields.broadcast ? parseIpv4(fields.broadcast) : (network | ~mask) >>> 0,
    leaseSeconds: fields.leaseSeconds ?? defaultLeaseSeconds,
    options: (fields.options ?? []).map(parseExtraOption),
  };
}

function check(subnet: Subnet): Subnet {
  const { first, last, network, mask, broadcast, routers, dnsServers, options } = subnet;
  const inRange = (address: number) => address >= first && address <= last;
  const isInside = (address: number) => (address & mask) >>> 0 === network;
  if (!isHostAddress(network)) throw new RangeError('PCs cannot have such addresses');
  if (first > last) throw new RangeError('the range ends before it begins');
  if (last - first >= maxRange)
    throw new RangeError(`the range has more than ${maxRange} addresses`);
  if (!isInside(broadcast)) throw new RangeError('the broadcast address is in another subnet');
  for (const end of [first, last]) {
    if (!isHostOf(subnet, end))
      throw new RangeError(`${formatIpv4(end)} is no PC's in this subnet`);
  }
  if (inRange(broadcast)) throw new RangeError('the broadcast address is in the range');
  for (const router of routers) {
    if (!isHostOf(subnet, router))
      throw new RangeError(`router ${formatIpv4(router)} is not in it`);
    if (inRange(router)) throw new RangeError(`router ${formatIpv4(router)} is in the range`);
  }
  for (const server of dnsServers) {
    if (!isHostAddress(server)) throw new RangeError(`${formatIpv4(server)} is no DNS server`);
  }
  const sizeBytes = options.reduce((sum, { value }) => sum + value.length + 2, 0);
  if (sizeBytes > maxOptionsBytes) throw new RangeError('the options do not fit in a message');
  return subnet;
}

function overlap(one: Subnet, other: Subnet): boolean {
  const mask = (one.mask & other.mask) >>> 0;
  return (one.network & mask) === (other.network & mask);
}

function invalid(name: string, reason: string): CafebootError {
  return new CafebootError('invalid_value', { field: 'dhcpSubnets', value: name, reason });
}
