import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node } from '../interop/netns.ts';

export interface NginxOptions {
  /** For its own files. */
  directory: string;
  /** What it serves. */
  root: string;
  port: number;
}

/** Starts nginx with one worker, sendfile and no access log: the setup that sites tune it to. */
export async function startNginx(node: Node, { directory, root, port }: NginxOptions) {
  await mkdir(directory, { recursive: true });
  const configuration = join(directory, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  );
  const lines = [
    'user root;',
    'worker_processes 1;',
    'daemon off;',
    `pid ${directory}/nginx.pid;`,
    'events { worker_connections 1024; }',
    'http {',
    'access_log off;',
    'sendfile on;',
    'tcp_nopush on;',
    'default_type text/plain;',
    ...temporary,
    `server { listen ${port}; root ${root}; }`,
    '}',
  ];
  await writeFile(configuration, `${lines.join('\n')}\n`);
  const nginx = node.spawn(['nginx', '-e', 'stderr', '-c', configuration]);
  const probe = ['curl', '--silent', '--output', '/dev/null', `http://127.0.0.1:${port}/`] as const;
  const retry = ['--retry', '20', '--retry-connrefused', '--retry-delay', '1'] as const;
  const { exitCode } = await node.exec([...probe, ...retry], { timeoutMs: 25_000 });
  if (exitCode !== 0) throw new Error(`nginx did not start:\n${nginx.output()}`);
}
