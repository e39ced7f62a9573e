import { findSubnet, parseSubnets, type Subnet } from './boot/subnet.ts';
import type { Closers } from './closers.ts';
import { parseIpv4 } from './dhcp/ipv4.ts';
import { forgetNeighbour, withDhcpSearch } from './lan.ts';
import { createAddressProbe } from './net/address-probe.ts';
import { type LanInterface, listInterfaces } from './net/interfaces.ts';
import { openUdp } from './net/udp.ts';
import type { Leaser } from './servers/dhcp/leaser.ts';
import type { Leases } from './service/leases.ts';
import type { Settings } from './service/setting-list.ts';

export interface FullDhcpDeps {
  settings: () => Settings;
  leases: Leases;
  interfaces: readonly LanInterface[];
  closers: Closers;
}

/**
 * What the DHCP server needs to give addresses, where the settings say so: on each served interface that
 * is in one of the subnets, and to relay agents. The other interfaces stay in proxy mode. Which these are
 * is decided here, once; what is given is looked up at each message.
 * Throws `other_dhcp_server` where one answers on such an interface and nobody said that it may.
 */
export async function startLeaser(deps: FullDhcpDeps): Promise<Leaser | undefined> {
  const { settings, leases, interfaces, closers } = deps;
  if (settings().dhcpMode !== 'full') return undefined;
  const subnets = createSubnets(settings);
  const served = interfaces.filter(({ address }) => findSubnet(subnets(), parseIpv4(address)));
  if (!settings().dhcpForced && served.length > 0) {
    await withDhcpSearch((search) => search.refuseOthers(served));
  }
  const probe = await createAddressProbe(openUdp, forgetNeighbour);
  closers.add(probe.close);
  const addresses = new Set(served.map(({ address }) => address));
  return {
    leases,
    serves: ({ address }) => addresses.has(address),
    subnets,
    ownAddresses: new Set(listInterfaces().map(({ address }) => address)),
    findOwner: probe.findOwner,
  };
}

/** Parsed once for each change of the setting. */
function createSubnets(settings: () => Settings): () => readonly Subnet[] {
  let parsedFrom: Settings['dhcpSubnets'] | undefined;
  let parsed: Subnet[] = [];
  return () => {
    const { dhcpSubnets } = settings();
    if (dhcpSubnets !== parsedFrom) {
      parsed = parseSubnets(dhcpSubnets);
      parsedFrom = dhcpSubnets;
    }
    return parsed;
  };
}
