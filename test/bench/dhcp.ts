import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAppliance } from '../interop/appliance.ts';
import { createLan, type Lan, type Node } from '../interop/netns.ts';
import type { DhcpLoadOptions, DhcpLoadResult } from './dhcp-load.ts';
import { ours, type Sample, type Section } from './frame.ts';
import { hallHosts, registerHosts, seatHosts } from './hall.ts';

const server = '10.79.0.1';
const addresses = { client: '10.79.0.2/16', server: `${server}/16` } as const;
const hosts = hallHosts(300);

const rows = [
  { name: 'DISCOVER on port 67', ask: 'discover' },
  { name: 'REQUEST on port 4011', ask: 'request' },
  { name: 'DISCOVER and REQUEST in turn', ask: 'both' },
] as const;

/**
 * ProxyDHCP for a hall of UEFI PCs. Ours is the whole appliance, with its hosts registered and its
 * events stored; dnsmasq stores nothing and is told not to log. A broadcast reaches every server of a
 * LAN, so each has a LAN of its own.
 */
export const dhcpSection: Section = {
  name: 'dhcp',
  async run(measure) {
    const dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-bench-dhcp-'));
    const lans: Lan<keyof typeof addresses>[] = [];
    const addLan = async () => {
      const lan = await createLan<keyof typeof addresses>(addresses);
      lans.push(lan);
      await seatHosts(lan.nodes.client, hosts);
      return lan.nodes;
    };
    try {
      const own = await addLan();
      const theirs = await addLan();
      const flags = ['--log-level', 'warn', '--pool-size-bytes', String(2 ** 30)];
      const { api } = await startAppliance(own.server, { dataDir, flags });
      await registerHosts(api, hosts);
      await startDnsmasq(theirs.server);

      for (const { name, ask } of rows) {
        await measure({
          name,
          unit: 'answers/s',
          better: 'larger',
          repeats: 7,
          contenders: [
            { name: ours, run: () => runLoad(own.client, ask) },
            { name: 'dnsmasq', run: () => runLoad(theirs.client, ask) },
          ],
          budget: { peer: 'dnsmasq', ratio: 1 },
          maxFailures: 0,
        });
      }
    } finally {
      await Promise.all(lans.map((lan) => lan.destroy()));
      await rm(dataDir, { recursive: true });
    }
  },
};

async function startDnsmasq(node: Node): Promise<void> {
  const dnsmasq = node.spawn([
    'dnsmasq',
    '--keep-in-foreground',
    '--log-facility=-',
    '--quiet-dhcp',
    '--conf-file=/dev/null',
    '--pid-file=',
    '--user=root',
    '--port=0',
    '--interface=eth0',
    '--bind-interfaces',
    '--dhcp-leasefile=/dev/null',
    '--dhcp-range=10.79.0.0,proxy,255.255.0.0',
    '--pxe-service=X86-64_EFI,boot,ipxe.efi',
  ]);
  await dnsmasq.waitFor(/DHCP, proxy/);
}

async function runLoad(client: Node, ask: DhcpLoadOptions['ask']): Promise<Sample> {
  const options: DhcpLoadOptions = {
    server,
    ask,
    hosts: hosts.length,
    window: 64,
    warmUpMs: 500,
    durationMs: 2_000,
  };
  const load = join(import.meta.dirname, 'dhcp-load.ts');
  const argv = [process.execPath, load, JSON.stringify(options)] as const;
  const { stdout, stderr } = await client.exec(argv);
  if (!stdout) throw new Error(`the load client failed: ${stderr}`);
  const { answersPerSecond, lost }: DhcpLoadResult = JSON.parse(stdout);
  return { value: answersPerSecond, failures: lost };
}
