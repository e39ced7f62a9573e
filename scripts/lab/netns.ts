import { fileURLToPath } from 'node:url';
import { CafebootError } from '../../src/errors.ts';
import { type Argv, type Running, type RunOptions, run, type StartOptions, start } from './run.ts';

/** A network and mount namespace of our own. It has no name, so nothing can collide or be left behind. */
export interface Netns {
  /** The process that holds it: `nsenter -t PID -n` enters it by hand. */
  readonly pid: number;
  run(argv: Argv, options?: RunOptions): Promise<string>;
  /** The child never outlives this process: the holder sees its stdin close and kills it. */
  start(argv: Argv, options?: StartOptions): Running;
  /** Kills every process in it; the kernel then removes its links and mounts. */
  close(): Promise<void>;
}

const holderScript = fileURLToPath(new URL('holder.sh', import.meta.url));

/**
 * Makes a namespace with `lo` up. Needs root; throws `command_failed` without.
 * `scratchDir` is removed when the namespace ends, also when this process was killed.
 */
export async function openNetns(scratchDir = ''): Promise<Netns> {
  const ready = Promise.withResolvers<void>();
  const errors: string[] = [];
  const holder = start(['unshare', '--net', '--mount', 'sh', holderScript, scratchDir], {
    onStdout: () => ready.resolve(),
    onStderr: (line) => errors.push(line),
  });
  const failed = holder.exited.then((exitCode) => {
    throw new CafebootError('command_failed', {
      command: 'unshare --net --mount',
      exitCode,
      stderr: errors.join('\n'),
    });
  });
  await Promise.race([ready.promise, failed]);
  failed.catch(() => undefined);
  return {
    pid: holder.pid,
    run: (argv, { cwd = process.cwd(), ...options } = {}) =>
      run(enter(holder.pid, cwd, argv), options),
    start: (argv, { cwd = process.cwd(), ...options } = {}) =>
      start(enter(holder.pid, cwd, argv), options),
    async close() {
      holder.endInput();
      await holder.exited;
    },
  };
}

/** nsenter leaves the caller's directory behind, so `env` goes back to it. Every step is an exec: the pid stays. */
function enter(pid: number, cwd: string, argv: readonly string[]): Argv {
  const namespaces = `/proc/${pid}/ns`;
  return [
    'nsenter',
    `--net=${namespaces}/net`,
    `--mount=${namespaces}/mnt`,
    'env',
    `--chdir=${cwd}`,
    ...argv,
  ];
}
