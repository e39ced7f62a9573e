import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loseArrivals, loseNothing } from '../interop/loss.ts';
import { createLan, type Node } from '../interop/netns.ts';
import { type Contender, ours, type Sample, type Section } from './frame.ts';
import type { LoadOptions, LoadResult } from './tftp-load.ts';

const script = (name: string) => join(import.meta.dirname, name);
const fileBytes = 1024 * 1024;

/** Files each client reads in one sample: about a second of work. */
const roundsOf = { 1: 40, 100: 1 } as const;

const addresses = {
  client: '10.78.0.2/24',
  [ours]: '10.78.0.10/24',
  dnsmasq: '10.78.0.11/24',
  'tftpd-hpa': '10.78.0.12/24',
} as const;

type Server = Exclude<keyof typeof addresses, 'client'>;
const servers: readonly Server[] = [ours, 'dnsmasq', 'tftpd-hpa'];
const addressOf = (server: Server) => addresses[server].replace(/\/.*/, '');

/**
 * 1 MiB at blksize 1468 over a veth LAN. dnsmasq and tftpd-hpa do not know windowsize: asked for it,
 * they go on with 1, as they do for real clients.
 */
export const tftpSection: Section = {
  name: 'tftp',
  async run(measure) {
    const directory = await mkdtemp(join(tmpdir(), 'cafeboot-bench-tftp-'));
    const lan = await createLan<keyof typeof addresses>(addresses);
    try {
      const file = join(directory, 'file');
      await writeFile(file, randomBytes(fileBytes));
      await chmod(directory, 0o755);
      await startServers(lan.nodes, directory);

      const contenders = (load: Partial<LoadOptions>): Contender[] =>
        servers.map((name) => ({
          name,
          run: () =>
            runLoad(lan.nodes.client, { ...load, address: addressOf(name), original: file }),
        }));
      const unit = 'MiB/s';
      const better = 'larger';
      for (const clients of [1, 100] as const) {
        for (const windowsize of [1, 4, 16]) {
          await measure({
            name: `${clients} client${clients > 1 ? 's' : ''}, windowsize ${windowsize}`,
            unit,
            better,
            repeats: 7,
            contenders: contenders({ clients, windowsize, rounds: roundsOf[clients] }),
            budget: { peer: 'dnsmasq', ratio: windowsize === 1 ? 0.8 : 1.2 },
            maxFailures: 0,
          });
        }
      }

      await Promise.all(Object.values(lan.nodes).map((node) => loseArrivals(node, 1)));
      for (const windowsize of [1, 4, 16]) {
        // The peers take minutes for this, whatever the windowsize: one measurement of them is enough.
        const all = contenders({ clients: 8, windowsize, rounds: 1 });
        await measure({
          name: `1 % loss each way, 8 clients, windowsize ${windowsize}`,
          unit,
          better,
          repeats: 1,
          contenders: windowsize === 1 ? all : all.filter(({ name }) => name === ours),
          maxFailures: 0,
        });
      }
      await Promise.all(Object.values(lan.nodes).map(loseNothing));
    } finally {
      await lan.destroy();
      await rm(directory, { recursive: true });
    }
  },
};

async function startServers(nodes: Readonly<Record<Server, Node>>, directory: string) {
  const harness = script('../interop/tftp-server.ts');
  const options = JSON.stringify({
    address: addressOf(ours),
    directory,
    limits: { maxTransfersPerClient: 100 },
  });
  await nodes[ours].spawn([process.execPath, harness, options]).waitFor(/ready/);

  const dnsmasq = nodes.dnsmasq.spawn([
    'dnsmasq',
    '--no-daemon',
    '--conf-file=/dev/null',
    '--port=0',
    '--pid-file=',
    '--user=root',
    '--enable-tftp',
    `--tftp-root=${directory}`,
    '--tftp-max=200',
    '--quiet-tftp',
  ]);
  await dnsmasq.waitFor(/TFTP root is/);

  nodes['tftpd-hpa'].spawn(['in.tftpd', '--foreground', '--address', ':69', '--secure', directory]);
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function runLoad(client: Node, load: Partial<LoadOptions>): Promise<Sample> {
  const options: Partial<LoadOptions> = {
    port: 69,
    file: 'file',
    blksizeBytes: 1468,
    timeoutMs: 1_000,
    maxRetries: 10,
    ...load,
  };
  const argv = [process.execPath, script('tftp-load.ts'), JSON.stringify(options)] as const;
  const { stdout, stderr } = await client.exec(argv, { timeoutMs: 300_000 });
  if (!stdout) throw new Error(`the load client failed: ${stderr}`);
  const { durationMs, right, failures, errors }: LoadResult = JSON.parse(stdout);
  return { value: right / (durationMs / 1000), failures, errors };
}
