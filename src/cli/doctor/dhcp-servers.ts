import { findSubnet, parseSubnets } from '../../boot/subnet.ts';
import { namesToServe } from '../../config.ts';
import { parseIpv4 } from '../../dhcp/ipv4.ts';
import { chooseInterfaces } from '../../net/interfaces.ts';
import type { FoundDhcpServer } from '../../service/dhcp-search.ts';
import type { Check, Finding } from './check.ts';

/** Which DHCP servers answer on each served interface, and whether there should be any. */
export const dhcpServers: Check = {
  name: 'dhcp',
  async run({ config, settings, findDhcpServers }) {
    const subnets = settings.dhcpMode === 'full' ? parseSubnets(settings.dhcpSubnets) : [];
    const lans = chooseInterfaces(namesToServe(config, settings));
    const found = await findDhcpServers(lans);
    return lans.map(({ name, address }) => {
      const servers = found.filter((each) => each.interface === name);
      const data = { lan: `${name} (${address})`, servers: servers.map(describe).join(', ') };
      const isOurs = findSubnet(subnets, parseIpv4(address)) !== undefined;
      const judge = isOurs ? judgeOurLan : judgeRoutersLan;
      return { ...judge(servers.length), data };
    });
  },
};

type Judgement = Pick<Finding, 'verdict' | 'code'>;

function judgeRoutersLan(others: number): Judgement {
  if (others === 0) return { verdict: 'warn', code: 'dhcp-none' };
  if (others === 1) return { verdict: 'ok', code: 'dhcp-router' };
  return { verdict: 'warn', code: 'dhcp-several' };
}

function judgeOurLan(others: number): Judgement {
  if (others === 0) return { verdict: 'ok', code: 'dhcp-only-ours' };
  return { verdict: 'fail', code: 'dhcp-beside-ours' };
}

const describe = ({ address, mac }: FoundDhcpServer) =>
  mac === null ? address : `${address} (MAC ${mac})`;
