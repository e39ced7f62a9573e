import type { Node, Running } from './netns.ts';

const dnsmasq = [
  'dnsmasq',
  '--keep-in-foreground',
  '--log-facility=-',
  '--conf-file=/dev/null',
  '--pid-file=',
  '--user=root',
  '--port=0',
  '--interface=eth0',
  '--bind-interfaces',
  '--dhcp-leasefile=/dev/null',
  '--log-dhcp',
] as const;

/** Starts another DHCP server on a node and waits until it listens; it pings before it offers only where told so. */
export async function startDnsmasq(
  node: Node,
  options: readonly string[],
  { pings = false } = {},
): Promise<Running> {
  const argv = [...dnsmasq, ...(pings ? [] : ['--no-ping']), ...options] as const;
  const running = node.spawn([...argv]);
  await running.waitFor(/DHCP, (IP range|proxy|relay)/);
  return running;
}
