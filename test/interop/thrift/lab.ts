import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../src/storage/exec.ts';
import { type Appliance, startAppliance } from '../appliance.ts';
import { createLan, type Node } from '../netns.ts';

export const python = '/usr/bin/python3';
export const server = '10.78.0.1';
export const pcAddress = '10.78.0.11';
/** A PC that is registered and off. */
export const offAddress = '10.78.0.13';
export const smyooPort = 8999;
const here = import.meta.dirname;

/** What the Python clients are made of, with strings as the known ones have them, and with bytes. */
export async function generateClients(directory: string): Promise<{ text: string; raw: string }> {
  const contract = await readFile(join(here, 'contract.thrift'), 'utf8');
  const bytes = contract
    .replace('3: required string body', '3: required binary body')
    .replace(
      '1: required i32 code, 2: required string',
      '1: required i32 code, 2: required binary',
    );
  const made = { text: join(directory, 'text'), raw: join(directory, 'raw') };
  for (const [path, idl] of [
    [made.text, contract],
    [made.raw, bytes],
  ] as const) {
    await mkdir(path);
    await writeFile(join(path, 'contract.thrift'), idl);
    await run('thrift', ['--gen', 'py', '-out', path, join(path, 'contract.thrift')]);
  }
  return made;
}

/** A request line of client.py. */
export interface Request {
  ping?: true;
  type?: number;
  host?: string;
  body?: [string, Record<string, unknown>];
  answer?: string;
  repeat?: number;
}

/** An answer line of client.py. */
export interface Answer {
  code?: number;
  message?: string;
  pong?: string;
  menus?: string[];
  users?: string[];
  failed?: string;
  why?: string;
  whatType?: number;
  ms: number;
  [field: string]: unknown;
}

/** A cafe on a LAN of namespaces: the appliance, a listed caller, a stranger and a PC. */
export async function startThriftLab() {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-thrift-'));
  const dataDir = join(directory, 'data');
  await mkdir(dataDir);
  const generated = await generateClients(directory);
  const lan = await createLan({
    server: `${server}/24`,
    caller: '10.78.0.2/24',
    stranger: '10.78.0.3/24',
    pc: `${pcAddress}/24`,
  });
  const flags = ['--pool-size-bytes', String(1024 ** 3)];

  async function start(more: string[] = []): Promise<Appliance> {
    return startAppliance(lan.nodes.server, { dataDir, flags: [...flags, ...more] });
  }

  /** Runs client.py on a node: one connection, a call after another. */
  async function ask(
    requests: Request[],
    { from = lan.nodes.caller, to = server, port = 9090, raw = false, tls = [] as string[] } = {},
  ): Promise<Answer[]> {
    const options = [...(raw ? ['--raw'] : []), ...(tls.length > 0 ? ['--tls', ...tls] : [])];
    const path = raw ? generated.raw : generated.text;
    const argv = [
      python,
      '-W',
      'ignore',
      join(here, 'client.py'),
      path,
      to,
      String(port),
      ...options,
    ] as const;
    const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
    const { stdout, stderr } = await from.exec(argv, { input, timeoutMs: 60_000 });
    if (stderr !== '') throw new Error(stderr);
    return stdout.split('\n').map((line) => JSON.parse(line) as Answer);
  }

  return {
    ...{ directory, generated, nodes: lan.nodes, start, ask },
    script: (name: string) => join(here, name),
    async destroy(): Promise<void> {
      await lan.destroy();
      await rm(directory, { recursive: true });
    },
  };
}

export type ThriftLab = Awaited<ReturnType<typeof startThriftLab>>;

/**
 * The guest agent on a node of the LAN, as in a PC: with an /etc, a /sbin/poweroff and a host name of its
 * own. Nothing that it changes is the machine's.
 */
export async function startAgent(node: Node, directory: string, args: string[]) {
  const etc = join(directory, `etc-${Math.random().toString(36).slice(2, 8)}`);
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true });
  for (const program of ['poweroff', 'reboot']) {
    const path = join(bin, program);
    await writeFile(path, `#!/bin/sh\necho ${program} >>${etc}/left\n`, { mode: 0o755 });
  }
  await run('cp', ['-a', '/etc', etc]);
  await writeFile(
    join(directory, 'in-pc.sh'),
    'set -e\nmount --bind "$1" /etc\nhostname pc-before\nexport PATH="$2:$PATH"\nshift 2\nexec "$@"\n',
  );
  const shell = [
    'unshare',
    '--mount',
    '--uts',
    'sh',
    join(directory, 'in-pc.sh'),
    etc,
    bin,
  ] as const;
  const program = [process.execPath, join(here, '../../../src/agent-main.ts'), ...args];
  const agent = node.spawn([...shell, ...program]);
  return { agent, etc };
}
