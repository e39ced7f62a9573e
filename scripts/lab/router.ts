import { join } from 'node:path';
import type { Netns } from './netns.ts';
import type { Running } from './run.ts';

/** A cafe's ordinary router: plain DHCP, nothing about PXE. */
export interface Router {
  /** Another machine of the LAN, for what a test sends from there. */
  readonly netns: Netns;
  /** dnsmasq's log lines so far. */
  log(): readonly string[];
  /** Gives no more addresses; what else a router does goes on. */
  stopDhcp(): Promise<void>;
}

export interface RouterOptions {
  /** Where it runs; its interface there already has the address. */
  netns: Netns;
  interfaceName: string;
  /** First and last address it leases. */
  firstAddress: string;
  lastAddress: string;
  dir: string;
}

const maxLogLines = 10_000;

/** Starts dnsmasq as the router and waits until it listens. It ends with the namespace. */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const lines: string[] = [];
  const { dir } = options;
  const giveAddresses = [
    `--dhcp-range=${options.firstAddress},${options.lastAddress},1h`,
    `--dhcp-leasefile=${join(dir, 'router.leases')}`,
    '--dhcp-authoritative',
    // Otherwise its OFFER is 3 s late.
    '--no-ping',
  ];
  const first = await startDnsmasq(options, giveAddresses, /DHCP, IP range/, lines);
  return {
    netns: options.netns,
    log: () => lines,
    async stopDhcp() {
      await first.stop();
      const leaseFile = [`--dhcp-leasefile=${join(dir, 'router.leases6')}`];
      await startDnsmasq(options, leaseFile, /router advertisement on/, lines);
    },
  };
}

async function startDnsmasq(
  { netns, interfaceName }: RouterOptions,
  more: string[],
  ready: RegExp,
  lines: string[],
): Promise<Running> {
  const listening = Promise.withResolvers<void>();
  const dnsmasq = netns.start(
    [
      'dnsmasq',
      '--keep-in-foreground',
      '--log-facility=-',
      '--log-dhcp',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--user=root',
      '--port=0',
      `--interface=${interfaceName}`,
      '--bind-interfaces',
      ...more,
      // Otherwise iPXE waits 16 s for a router advertisement at every autoboot.
      '--enable-ra',
      `--dhcp-range=::,constructor:${interfaceName},ra-only`,
    ],
    {
      onStderr: (line) => {
        lines.push(line);
        if (lines.length > maxLogLines) lines.shift();
        if (ready.test(line)) listening.resolve();
      },
    },
  );
  void dnsmasq.exited.then(() => listening.reject(new Error(`router: ${lines.join('\n')}`)));
  await listening.promise;
  return dnsmasq;
}
