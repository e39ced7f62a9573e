import { networkInterfaces } from 'node:os';

/** An interface we serve: its own address is the server identity PCs on that LAN see. */
export interface ServedInterface {
  name: string;
  address: string;
  netmask: string;
}

/** All IPv4 interfaces that are up, loopback excluded, in the kernel's order. */
export function listInterfaces(): ServedInterface[] {
  const found: ServedInterface[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, internal, address, netmask } of addresses ?? []) {
      if (family === 'IPv4' && !internal) found.push({ name, address, netmask });
    }
  }
  return found;
}
