import { networkInterfaces } from 'node:os';
import { CafebootError } from '../errors.ts';

/** An interface we serve: its own address is the server identity PCs on that LAN see. */
export interface ServedInterface {
  name: string;
  address: string;
  netmask: string;
}

/** All IPv4 interfaces that are up, loopback excluded, in the kernel's order. */
function listInterfaces(): ServedInterface[] {
  const found: ServedInterface[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, internal, address, netmask } of addresses ?? []) {
      if (family === 'IPv4' && !internal) found.push({ name, address, netmask });
    }
  }
  return found;
}

/** Those named, else all. Throws `interface_missing` for a name that is none or has no address. */
export function chooseInterfaces(names: string[]): ServedInterface[] {
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
