import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAppliance } from '../interop/appliance.ts';
import { createLan, type Node } from '../interop/netns.ts';
import { ours, type Sample, type Section } from './frame.ts';
import { startNginx } from './nginx.ts';

const addresses = {
  client: '10.79.0.2/16',
  [ours]: '10.79.0.10/16',
  nginx: '10.79.0.11/16',
} as const;
type Server = Exclude<keyof typeof addresses, 'client'>;
const servers: readonly Server[] = [ours, 'nginx'];

const port = 8080;
const mebibyte = 1024 * 1024;
const fileMebibytes = 500;

/** A disk image's worth of HTTP, from the page cache, read by curl. Both serve the same file. */
export const bootHttpSection: Section = {
  name: 'boot-http',
  async run(measure) {
    const directory = await mkdtemp(join(tmpdir(), 'cafeboot-bench-http-'));
    const lan = await createLan<keyof typeof addresses>(addresses);
    try {
      const root = join(directory, 'boot');
      await mkdir(root);
      await writeImage(join(root, 'image.wim'));
      const flags = ['--log-level', 'warn', '--pool-size-bytes', String(2 ** 30)];
      await startAppliance(lan.nodes[ours], { dataDir: directory, flags });
      await startNginx(lan.nodes.nginx, { directory: join(directory, 'nginx'), root, port });

      for (const clients of [1, 8]) {
        await measure({
          name: `${fileMebibytes} MiB file, ${clients} client${clients > 1 ? 's' : ''}`,
          unit: 'MiB/s',
          better: 'larger',
          repeats: 5,
          contenders: servers.map((name) => ({
            name,
            run: () => fetchAtOnce(lan.nodes.client, name, clients),
          })),
          budget: { peer: 'nginx', ratio: 0.8 },
          maxFailures: 0,
        });
      }
    } finally {
      await lan.destroy();
      await rm(directory, { recursive: true });
    }
  },
};

/** Written, then read once: what is measured comes from the page cache. */
async function writeImage(path: string): Promise<void> {
  const file = await open(path, 'w');
  const chunk = randomBytes(mebibyte);
  for (let written = 0; written < fileMebibytes; written += 1) await file.write(chunk);
  await file.sync();
  await file.close();
  for await (const _ of createReadStream(path, { highWaterMark: mebibyte }));
}

async function fetchAtOnce(client: Node, server: Server, clients: number): Promise<Sample> {
  const address = addresses[server].replace(/\/.*/, '');
  const argv = [
    ...['curl', '--silent', '--show-error', '--fail', '--output', '/dev/null'],
    ...['--write-out', '%{size_download}', `http://${address}:${port}/image.wim`],
  ] as unknown as readonly [string, ...string[]];
  const startedMs = performance.now();
  const fetched = await Promise.all(
    Array.from({ length: clients }, () => client.exec(argv, { timeoutMs: 120_000 })),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const failed = fetched.filter(({ stdout }) => Number(stdout) !== fileMebibytes * mebibyte);
  return {
    value: ((clients - failed.length) * fileMebibytes) / seconds,
    failures: failed.length,
    errors: failed.map(({ stderr }) => stderr),
  };
}
