/** Programs that close ports on Debian and Ubuntu. */
export type Firewall = 'ufw' | 'firewalld' | 'nftables';

export const firewalls: readonly Firewall[] = ['ufw', 'firewalld', 'nftables'];

/** TCP and UDP ports that PCs and people reach the server by. */
export interface OpenPorts {
  tcp: readonly number[];
  udp: readonly number[];
}

const list = (numbers: readonly number[]) => `{ ${numbers.join(', ')} }`;

/** The commands that open our ports in it, for the administrator to run. */
export function openingCommands(firewall: Firewall, open: OpenPorts): string[] {
  const ports = (['tcp', 'udp'] as const).flatMap((protocol) =>
    open[protocol].map((number) => ({ protocol, number })),
  );
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
        `nft insert rule inet filter input tcp dport '${list(open.tcp)}' accept`,
        `nft insert rule inet filter input udp dport '${list(open.udp)}' accept`,
      ];
  }
}
