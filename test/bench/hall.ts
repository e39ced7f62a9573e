import type { ApiCall } from '../../src/cli/client.ts';
import type { Node } from '../interop/netns.ts';

/** One PC of the bench's cafe. */
export interface HallHost {
  name: string;
  mac: string;
  ip: string;
}

/** The hall's network, so large that every PC has an address of its own; servers and the load are below 10.79.1.0. */
export const hallPrefixLength = 16;

/** The first `count` PCs; always the same ones. */
export function hallHosts(count: number): HallHost[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const high = 1 + Math.floor(index / 200);
    const low = 10 + (index % 200);
    const hex = number.toString(16).padStart(4, '0');
    return {
      name: `PC${String(number).padStart(3, '0')}`,
      mac: `52:54:00:79:${hex.slice(0, 2)}:${hex.slice(2)}`,
      ip: `10.79.${high}.${low}`,
    };
  });
}

/** Registers the PCs as an administrator would. */
export async function registerHosts(
  api: ApiCall,
  hosts: readonly HallHost[],
  entry?: string,
): Promise<void> {
  for (const host of hosts) await api('POST', '/hosts', { ...host, ...(entry ? { entry } : {}) });
}

/** Gives one node the addresses of all these PCs, and a way out for broadcasts. */
export async function seatHosts(node: Node, hosts: readonly HallHost[]): Promise<void> {
  await ipBatch(node, [
    'route add default dev eth0',
    ...hosts.map(({ ip }) => `addr add ${ip}/${hallPrefixLength} dev eth0`),
  ]);
}

/** Plugs a network card of its own into one node for each of these PCs: whoever looks finds its MAC at its address. */
export async function plugInHosts(node: Node, hosts: readonly HallHost[]): Promise<void> {
  // Each card answers for its own address only.
  for (const setting of ['arp_ignore=1', 'arp_announce=2']) {
    await node.exec(['sysctl', '-q', `net.ipv4.conf.all.${setting}`]);
  }
  await ipBatch(
    node,
    hosts.flatMap(({ name, mac, ip }) => [
      `link add link eth0 name ${name} address ${mac} type macvlan mode bridge`,
      `addr add ${ip}/32 dev ${name}`,
      `link set ${name} up`,
    ]),
  );
}

async function ipBatch(node: Node, commands: readonly string[]): Promise<void> {
  const input = `${commands.join('\n')}\n`;
  const { exitCode, stderr } = await node.exec(['ip', '-batch', '-'], { input });
  if (exitCode !== 0) throw new Error(`ip: ${stderr}`);
}
