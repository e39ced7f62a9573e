import { openPorts } from './layout.ts';

/** Programs that close ports on Debian and Ubuntu. */
export type Firewall = 'ufw' | 'firewalld' | 'nftables';

export const firewalls: readonly Firewall[] = ['ufw', 'firewalld', 'nftables'];

const ports = Object.entries(openPorts).flatMap(([protocol, numbers]) =>
  numbers.map((number) => ({ protocol, number })),
);
const list = (numbers: readonly number[]) => `{ ${numbers.join(', ')} }`;

/** The commands that open our ports in it, for the administrator to run. */
export function openingCommands(firewall: Firewall): string[] {
  switch (firewall) {
    case 'ufw':
      return ports.map(({ protocol, number }) => `ufw allow ${number}/${protocol}`);
    case 'firewalld':
      return [
        `firewall-cmd --permanent ${ports.map(({ protocol, number }) => `--add-port=${number}/${protocol}`).join(' ')}`,
        'firewall-cmd --reload',
      ];
    case 'nftables':
      return [
        `nft insert rule inet filter input tcp dport '${list(openPorts.tcp)}' accept`,
        `nft insert rule inet filter input udp dport '${list(openPorts.udp)}' accept`,
      ];
  }
}
