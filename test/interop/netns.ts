import { existsSync } from 'node:fs';
import { execa } from 'execa';

/** A finished command: never thrown, so that a test can look at a failure. */
export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

export interface ExecOptions {
  /** Bound of the wait; the command is killed after it. */
  timeoutMs?: number;
  input?: string;
  cwd?: string;
}

/** A process left running inside a namespace; `stop` waits until it is gone. */
export interface Running {
  readonly pid: number;
  /** Everything it wrote so far, stdout and stderr in order of arrival. */
  output(): string;
  /** Resolves when the output matches; rejects when the process ends or the time is over. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** One machine of the LAN: a network namespace whose `eth0` is plugged into the LAN's switch. */
export interface Node {
  readonly namespace: string;
  /** Runs a command to its end inside the namespace. */
  exec(argv: readonly [string, ...string[]], options?: ExecOptions): Promise<Finished>;
  /** Starts a command that keeps running; the LAN's `destroy` stops it at the latest. */
  spawn(argv: readonly [string, ...string[]], options?: { cwd?: string }): Running;
}

export interface Lan<Name extends string> {
  readonly nodes: Readonly<Record<Name, Node>>;
  /** Stops every process started here and removes every namespace. */
  destroy(): Promise<void>;
}

const prefix = 'cbtest';

/**
 * A LAN of its own for one test file: a namespace with a bridge, and one namespace per node with
 * `eth0` on that bridge. Nothing of it is connected to the machine's real network.
 * `addresses` maps a node's name to its CIDR address, or to null for a node without one.
 * Needs root.
 */
export async function createLan<Name extends string>(
  addresses: Readonly<Record<Name, string | null>>,
): Promise<Lan<Name>> {
  await removeLeftovers();
  const unique = `${prefix}-${process.pid}-${Math.random().toString(36).slice(2, 6)}`;
  const switchNamespace = `${unique}-switch`;
  const namespaces: string[] = [];
  const running = new Set<Running>();

  const destroy = async () => {
    await Promise.all([...running].map((each) => each.stop()));
    running.clear();
    for (const namespace of namespaces.splice(0)) await removeNamespace(namespace);
  };
  const addNamespace = async (namespace: string) => {
    await ip('netns', 'add', namespace);
    namespaces.push(namespace);
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  };

  try {
    await addNamespace(switchNamespace);
    // No spanning tree and no forward delay: ports must forward from the first packet on.
    const bridge = ['type', 'bridge', 'stp_state', '0', 'forward_delay', '0'];
    await ip('-n', switchNamespace, 'link', 'add', 'br0', ...bridge);
    await ip('-n', switchNamespace, 'link', 'set', 'br0', 'up');

    const nodes: [string, Node][] = [];
    for (const [name, cidr] of Object.entries<string | null>(addresses)) {
      const namespace = `${unique}-${name}`;
      const switchPort = `p${nodes.length}`;
      await addNamespace(namespace);
      const peer = ['peer', 'name', 'eth0', 'netns', namespace];
      await ip('-n', switchNamespace, 'link', 'add', switchPort, 'type', 'veth', ...peer);
      await ip('-n', switchNamespace, 'link', 'set', switchPort, 'master', 'br0', 'up');
      await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
      if (cidr) await ip('-n', namespace, 'addr', 'add', cidr, 'dev', 'eth0');
      nodes.push([name, createNode(namespace, running)]);
    }
    return { nodes: Object.fromEntries(nodes) as Record<Name, Node>, destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}

function createNode(namespace: string, running: Set<Running>): Node {
  const inside = ['netns', 'exec', namespace];
  return {
    namespace,
    async exec(argv, { timeoutMs = 20_000, input, cwd } = {}) {
      const { exitCode, stdout, stderr, timedOut } = await execa('ip', [...inside, ...argv], {
        reject: false,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        input: input ?? '',
        ...(cwd === undefined ? {} : { cwd }),
      });
      return { exitCode, stdout, stderr, timedOut };
    },
    spawn(argv, { cwd } = {}) {
      const child = launch([...inside, ...argv], cwd);
      const started = watch(child, argv.join(' '));
      running.add(started);
      return started;
    },
  };
}

/** `ip netns exec` execs the command, so the child's pid is the command's own. */
function launch(args: readonly string[], cwd: string | undefined) {
  return execa('ip', args, {
    reject: false,
    all: true,
    buffer: false,
    forceKillAfterDelay: 2_000,
    ...(cwd === undefined ? {} : { cwd }),
  });
}

function watch(child: ReturnType<typeof launch>, what: string): Running {
  let output = '';
  let ended = false;
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of [...listeners]) listener();
  };
  child.all.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    notify();
  });
  const end = child.then(() => {
    ended = true;
    notify();
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${what} could not be started`);

  return {
    pid,
    output: () => output,
    waitFor: (pattern, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const settle = (why?: string) => {
          clearTimeout(timer);
          listeners.delete(check);
          if (why === undefined) resolve();
          else reject(new Error(`${what}: ${why} before ${pattern} was seen in:\n${output}`));
        };
        const check = () => {
          if (pattern.test(output)) settle();
          else if (ended) settle('ended');
        };
        const timer = setTimeout(() => settle(`${timeoutMs} ms passed`), timeoutMs);
        listeners.add(check);
        check();
      }),
    async stop() {
      child.kill('SIGTERM');
      await end;
    },
  };
}

/** Namespaces of test processes that were killed before they could clean up. */
async function removeLeftovers(): Promise<void> {
  const { stdout } = await execa('ip', ['netns', 'list']);
  for (const line of stdout.split('\n')) {
    const [, namespace, pid] = /^(cbtest-(\d+)-\S+)/.exec(line) ?? [];
    if (namespace && !existsSync(`/proc/${pid}`)) await removeNamespace(namespace);
  }
}

/** Children that outlived the process which `stop` ended would keep the namespace alive. */
async function removeNamespace(namespace: string): Promise<void> {
  const { stdout } = await execa('ip', ['netns', 'pids', namespace]);
  for (const pid of stdout.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
  await ip('netns', 'del', namespace);
}

async function ip(...args: string[]): Promise<void> {
  await execa('ip', args, { timeout: 10_000 });
}
