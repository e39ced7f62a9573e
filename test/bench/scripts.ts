import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Appliance, startAppliance } from '../interop/appliance.ts';
import { createLan, type Lan } from '../interop/netns.ts';
import type { DhcpLoadOptions } from './dhcp-load.ts';
import { ours, type Section } from './frame.ts';
import { type HallHost, hallHosts, plugInHosts, registerHosts } from './hall.ts';
import { startNginx } from './nginx.ts';
import type { ScriptsLoadOptions, ScriptsLoadResult } from './scripts-load.ts';

const addresses = {
  client: '10.79.0.2/16',
  [ours]: '10.79.0.10/16',
  nginx: '10.79.0.11/16',
} as const;
type BenchLan = Lan<keyof typeof addresses>;

const server = '10.79.0.10';
const nginx = '10.79.0.11';
const port = 8080;
const mebibyte = 1024 * 1024;
const entry = 'debian';

const hall = hallHosts(500);
const asking = hall.slice(0, 200);

const scriptName = ({ mac }: HallHost) => `mac-${mac.replaceAll(':', '')}`;
const menuPath = (host: HallHost) => `/ipxe/cfg/${scriptName(host)}.ipxe.cfg`;
const entryPath = (host: HallHost) => `/ipxe/cfg/${scriptName(host)}/${entry}.ipxe`;

/**
 * A hall switched on at once: 200 PCs ask for their scripts in the same moment, each from its own
 * address, at the whole appliance with 500 hosts. nginx serves the same menus as files. The second
 * script also gives each PC its disk: its target is made, and what it wrote before is dropped.
 */
export const scriptsSection: Section = {
  name: 'scripts',
  async run(measure) {
    const directory = await mkdtemp(join(tmpdir(), 'cafeboot-bench-scripts-'));
    const lan = await createLan<keyof typeof addresses>(addresses);
    try {
      await plugInHosts(lan.nodes.client, asking);
      const flags = ['--log-level', 'warn', '--pool-size-bytes', String(2 ** 32)];
      const appliance = await startAppliance(lan.nodes[ours], { dataDir: directory, flags });
      await furnish(appliance);
      await serveCopies(lan, directory);

      const menus = (address: string, rounds: number) =>
        askAtOnce(lan, address, { requests: requestsOf(menuPath), expected: '\nmenu ', rounds });
      for (const [name, key, limit] of [
        ['menus of 200 hosts at once, p50', 'p50Ms', undefined],
        ['menus of 200 hosts at once, p99', 'p99Ms', 20],
      ] as const) {
        const contender = (contenderName: string, address: string) => ({
          name: contenderName,
          run: async () => {
            const result = await menus(address, 20);
            return { value: result[key], failures: result.failures, errors: result.errors };
          },
        });
        await measure({
          name,
          unit: 'ms',
          better: 'smaller',
          repeats: 5,
          contenders: [contender(ours, server), contender('nginx', nginx)],
          ...(limit === undefined ? {} : { limit }),
          maxFailures: 0,
        });
      }

      for (const [name, overlaysBefore] of [
        ['first disks of 200 hosts at once, per host', 0],
        ['fresh disks of 200 hosts at once, per host', asking.length],
      ] as const) {
        await overlaysAhead(appliance, hall.length + overlaysBefore);
        const attach = { requests: requestsOf(entryPath), expected: '\nsanboot ', rounds: 1 };
        await measure({
          name,
          unit: 'ms',
          better: 'smaller',
          repeats: 1,
          contenders: [
            {
              name: ours,
              run: async () => {
                const { durationMs, failures, errors } = await askAtOnce(lan, server, attach);
                return { value: durationMs / asking.length, failures, errors };
              },
            },
          ],
          limit: 100,
          maxFailures: 0,
        });
        await bootAll(lan);
      }

      await measure({
        name: 'memory of the process with 500 hosts, after all this',
        unit: 'MiB',
        better: 'smaller',
        repeats: 1,
        contenders: [
          {
            name: ours,
            run: async () => ({ value: appliance.residentBytes() / mebibyte, failures: 0 }),
          },
        ],
        limit: 200,
      });
    } finally {
      await lan.destroy();
      await rm(directory, { recursive: true });
    }
  },
};

const requestsOf = (path: (host: HallHost) => string) =>
  asking.map((host) => ({ from: host.ip, path: path(host) }));

/** One small image, one entry, all hosts. */
async function furnish({ api }: Appliance): Promise<void> {
  await api('POST', '/images', { name: 'debian', kind: 'os', sizeBytes: 64 * mebibyte });
  await api('POST', '/entries', { name: entry, os: 'debian', description: 'Debian 12' });
  await registerHosts(api, hall, entry);
}

/** What ours answers, as files for nginx. */
async function serveCopies(lan: BenchLan, directory: string): Promise<void> {
  const root = join(directory, 'copies');
  await mkdir(join(root, 'ipxe/cfg'), { recursive: true });
  for (const host of asking) {
    const argv = ['curl', '--silent', '--fail', '--interface', host.ip] as const;
    const { stdout } = await lan.nodes.client.exec([
      ...argv,
      `http://${server}:${port}${menuPath(host)}`,
    ]);
    await writeFile(join(root, menuPath(host)), `${stdout}\n`);
  }
  await startNginx(lan.nodes.nginx, { directory: join(directory, 'nginx'), root, port });
}

async function askAtOnce(
  lan: BenchLan,
  address: string,
  load: Pick<ScriptsLoadOptions, 'requests' | 'expected' | 'rounds'>,
): Promise<ScriptsLoadResult> {
  const argv = [process.execPath, join(import.meta.dirname, 'scripts-load.ts')] as const;
  const { stdout, stderr } = await lan.nodes.client.exec(argv, {
    input: JSON.stringify({ server: address, port, ...load }),
    timeoutMs: 120_000,
  });
  if (!stdout) throw new Error(`the load client failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** A power-on's DHCP of each host: its answer lets the next boot's overlay be made ahead. */
async function bootAll(lan: BenchLan): Promise<void> {
  const options: DhcpLoadOptions = {
    server,
    ask: 'both',
    hosts: hall.length,
    window: 64,
    warmUpMs: 500,
    durationMs: 1_000,
  };
  const load = join(import.meta.dirname, 'dhcp-load.ts');
  await lan.nodes.client.exec([process.execPath, load, JSON.stringify(options)]);
}

/** Waits until so many overlays are there; they are made in the background, one after another. */
async function overlaysAhead({ pid, dataDir }: Appliance, count: number): Promise<void> {
  const deadlineMs = performance.now() + 120_000;
  // The pool is mounted where only the server sees it.
  const pool = join('/proc', String(pid), 'root', dataDir, 'pool');
  for (;;) {
    const found = (await readdir(pool)).filter((name) => name.startsWith('ov-')).length;
    if (found >= count) return;
    if (performance.now() > deadlineMs) throw new Error(`only ${found} of ${count} overlays`);
    await sleep(250);
  }
}
