import { formatIpv4, isHostAddress, parseIpv4 } from '../dhcp/ipv4.ts';
import { CafebootError } from '../errors.ts';
import { type ExtraOption, parseExtraOption } from './dhcp-option-text.ts';
import { SubnetFault, type SubnetFaultCode } from './subnet-fault.ts';

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
    if (!other) continue;
    const words = `it overlaps ${other.name}`;
    throw invalid(one.name, new SubnetFault('overlap', 'subnet', words, { other: other.name }));
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
    if (own === undefined) continue;
    const words = `the server's own address ${own} is in the range`;
    throw invalid(name, new SubnetFault('range-own', 'range', words, { address: own }));
  }
}

function parseSubnet(fields: SubnetFields): Subnet {
  try {
    return check(read(fields));
  } catch (error) {
    if (!(error instanceof SubnetFault)) throw error;
    throw invalid(fields.subnet, error);
  }
}

/** What `parse` makes of a text; throws a fault of this part where it cannot. */
function readPart<T>(
  code: SubnetFaultCode,
  part: keyof SubnetFields,
  text: string,
  parse: (text: string) => T,
): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SubnetFault(code, part, error.message, { text });
  }
}

function read(fields: SubnetFields): Subnet {
  const address = (part: keyof SubnetFields) => (text: string) =>
    readPart('address', part, text, parseIpv4);
  const [networkText = '', prefixText = ''] = fields.subnet.split('/');
  const prefix = Number(prefixText);
  if (!/^\d+$/.test(prefixText) || prefix < 8 || prefix > 30) {
    const words = 'a subnet is written as 10.77.0.0/24, with 8 to 30 bits';
    throw new SubnetFault('form', 'subnet', words);
  }
  const mask = (0xffffffff << (32 - prefix)) >>> 0;
  const network = address('subnet')(networkText);
  if ((network & ~mask) !== 0) {
    const begin = `${formatIpv4((network & mask) >>> 0)}/${prefix}`;
    throw new SubnetFault('begin', 'subnet', `the subnet begins at ${begin}`, { begin });
  }
  const ends = fields.range.split('-');
  if (ends.length !== 2) {
    throw new SubnetFault('range-form', 'range', 'a range is written as FIRST-LAST');
  }
  const [first = 0, last = 0] = ends.map((each) => address('range')(each.trim()));
  return {
    name: fields.subnet,
    network,
    mask,
    first,
    last,
    routers: (fields.routers ?? []).map(address('routers')),
    dnsServers: (fields.dnsServers ?? []).map(address('dnsServers')),
    broadcast: fields.broadcast ? address('broadcast')(fields.broadcast) : (network | ~mask) >>> 0,
    leaseSeconds: fields.leaseSeconds ?? defaultLeaseSeconds,
    options: (fields.options ?? []).map((text) =>
      readPart('option', 'options', text, parseExtraOption),
    ),
  };
}

function check(subnet: Subnet): Subnet {
  const { first, last, network, mask, broadcast, routers, dnsServers, options } = subnet;
  const inRange = (address: number) => address >= first && address <= last;
  const isInside = (address: number) => (address & mask) >>> 0 === network;
  const refuse = (
    is: boolean,
    code: SubnetFaultCode,
    part: keyof SubnetFields,
    words: string,
    values = {},
  ) => {
    if (is) throw new SubnetFault(code, part, words, values);
  };
  refuse(!isHostAddress(network), 'network', 'subnet', 'PCs cannot have such addresses');
  refuse(first > last, 'range-order', 'range', 'the range ends before it begins');
  const tooMany = `the range has more than ${maxRange} addresses`;
  refuse(last - first >= maxRange, 'range-size', 'range', tooMany, { limit: maxRange });
  const elsewhere = 'the broadcast address is in another subnet';
  refuse(!isInside(broadcast), 'broadcast-outside', 'broadcast', elsewhere);
  for (const end of [first, last]) {
    const text = formatIpv4(end);
    const words = `${text} is no PC's in this subnet`;
    refuse(!isHostOf(subnet, end), 'range-end', 'range', words, { text });
  }
  const inside = 'the broadcast address is in the range';
  refuse(inRange(broadcast), 'broadcast-in-range', 'broadcast', inside);
  for (const router of routers) {
    const text = formatIpv4(router);
    const isOther = !isHostOf(subnet, router);
    refuse(isOther, 'router-outside', 'routers', `router ${text} is not in it`, { text });
    const isGiven = inRange(router);
    refuse(isGiven, 'router-in-range', 'routers', `router ${text} is in the range`, { text });
  }
  for (const server of dnsServers) {
    const text = formatIpv4(server);
    refuse(!isHostAddress(server), 'dns', 'dnsServers', `${text} is no DNS server`, { text });
  }
  const sizeBytes = options.reduce((sum, { value }) => sum + value.length + 2, 0);
  const tooLong = 'the options do not fit in a message';
  refuse(sizeBytes > maxOptionsBytes, 'options-size', 'options', tooLong);
  return subnet;
}

function overlap(one: Subnet, other: Subnet): boolean {
  const mask = (one.mask & other.mask) >>> 0;
  return (one.network & mask) === (other.network & mask);
}

function invalid(name: string, { context }: SubnetFault): CafebootError {
  return new CafebootError('invalid_value', { ...context, field: 'dhcpSubnets', value: name });
}
