import type { Node } from './netns.ts';

/**
 * Makes the node lose `percent` of the UDP datagrams that reach it. It is done on arrival: dropped on
 * the way out, the sender would be told by EPERM. For loss both ways give it to both nodes.
 */
export async function loseArrivals(node: Node, percent: number): Promise<void> {
  await drop(node, `meta l4proto udp numgen random mod 1000 < ${Math.round(percent * 10)}`);
}

/** Makes the node lose all that is sent to it by DHCP, except what is sent to everybody. */
export async function dropUnicasts(node: Node): Promise<void> {
  await drop(node, 'udp dport 67 ip daddr != 255.255.255.255');
}

async function drop(node: Node, match: string): Promise<void> {
  const rules = `table ip loss {
    chain arrivals {
      type filter hook prerouting priority raw;
      ${match} drop
    }
  }`;
  const { exitCode, stderr } = await node.exec(['nft', '-f', '-'], { input: rules });
  if (exitCode !== 0) throw new Error(`nft: ${stderr}`);
}

/** Ends the loss again. */
export async function loseNothing(node: Node): Promise<void> {
  const { exitCode, stderr } = await node.exec(['nft', 'delete', 'table', 'ip', 'loss']);
  if (exitCode !== 0) throw new Error(`nft: ${stderr}`);
}
