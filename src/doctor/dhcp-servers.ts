import { findSubnet, parseSubnets } from '../boot/subnet.ts';
import { namesToServe } from '../config.ts';
import { parseIpv4 } from '../dhcp/ipv4.ts';
import { chooseInterfaces } from '../net/interfaces.ts';
import type { FoundDhcpServer } from '../service/dhcp-search.ts';
import type { Check, Finding } from './check.ts';

/** Which DHCP servers answer on each served interface, and whether there should be any. */
export const dhcpServers: Check = {
  name: 'dhcp',
  async run({ config, settings, isServing, findDhcpServers }) {
    const subnets = settings.dhcpMode === 'full' ? parseSubnets(settings.dhcpSubnets) : [];
    const lans = chooseInterfaces(namesToServe(config, settings));
    const found = await findDhcpServers(lans);
    return lans.map(({ name, address }) => {
      const servers = found.filter((each) => each.interface === name);
      const data = { lan: `${name} (${address})`, servers: servers.map(describe).join(', ') };
      const isOurs = findSubnet(subnets, parseIpv4(address)) !== undefined;
      return { ...judgeLan({ isOurs, isServing, others: servers.length }), data };
    });
  },
};

/** What a LAN should have, and has. */
export interface LanState {
  /** Whether we are to give addresses there. */
  isOurs: boolean;
  isServing: boolean;
  /** DHCP servers other than ours that answer. */
  others: number;
}

export function judgeLan({
  isOurs,
  isServing,
  others,
}: LanState): Pick<Finding, 'verdict' | 'code'> {
  if (isOurs) {
    if (others > 0) return { verdict: 'fail', code: 'dhcp-beside-ours' };
    if (!isServing) return { verdict: 'warn', code: 'dhcp-ours-off' };
    return { verdict: 'ok', code: 'dhcp-only-ours' };
  }
  if (others === 0) return { verdict: 'warn', code: 'dhcp-none' };
  if (others === 1) return { verdict: 'ok', code: 'dhcp-router' };
  return { verdict: 'warn', code: 'dhcp-several' };
}

const describe = ({ address, mac }: FoundDhcpServer) =>
  mac === null ? address : `${address} (MAC ${mac})`;
