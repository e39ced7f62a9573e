import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { CafebootError } from '../errors.ts';

/** An interface we serve: its own address is the server identity PCs on that LAN see. */
export interface ServedInterface {
  name: string;
  address: string;
  netmask: string;
}

/** As the kernel has it now. */
export interface LanInterface extends ServedInterface {
  mac: string;
}

/** All IPv4 interfaces that are up, loopback excluded, in the kernel's order. */
export function listInterfaces(): LanInterface[] {
  const found: LanInterface[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, internal, address, netmask, mac } of addresses ?? []) {
      if (family === 'IPv4' && !internal) found.push({ name, address, netmask, mac });
    }
  }
  return found;
}

/** Those named, else all. Throws `interface_missing` for a name that is none or has no address. */
export function chooseInterfaces(names: readonly string[]): LanInterface[] {
  const all = listInterfaces();
  const missing = names.find((name) => !all.some((each) => each.name === name));
  if (missing !== undefined || all.length === 0) {
    throw new CafebootError('interface_missing', {
      name: missing ?? '',
      present: all.map(({ name }) => name).join(', '),
    });
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Our address in the LAN that `address` is in, else in the first one served; undefined where there is none. */
export function chooseLan(names: readonly string[], address: string | null): string | undefined {
  const served = listInterfaces().filter(({ name }) => names.length === 0 || names.includes(name));
  const near = served.find((each) => address !== null && isInLan(each, address));
  return (near ?? served[0])?.address;
}

function isInLan({ address: own, netmask }: ServedInterface, address: string): boolean {
  const prefix = netmask
    .split('.')
    .flatMap((octet) => [...Number(octet).toString(2)])
    .filter((bit) => bit === '1').length;
  const lan = new BlockList();
  lan.addSubnet(own, prefix);
  return lan.check(address);
}
