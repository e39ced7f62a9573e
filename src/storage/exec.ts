import { type ExecaError, execa } from 'execa';
import { CafebootError } from '../errors.ts';

/** What a finished command printed. */
export interface CommandOutput {
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Hard limit; the command is killed after it. Default 60 s. */
  timeoutMs?: number;
  /** Text for the command's standard input. */
  input?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Called with standard output as it comes. */
  onOutput?: (text: string) => void;
  /** The kernel kills the command when we die: what it works on is cleared away at the next start. */
  diesWithUs?: boolean;
  /** Arguments that no error may show: each is replaced by `***` wherever the command is told. */
  secrets?: readonly string[];
}

/** Runs one program to its end. The seam that fakes replace for faults. */
export type Run = (file: string, args: string[], options?: RunOptions) => Promise<CommandOutput>;

const defaultTimeoutMs = 60_000;
/** Of util-linux; it becomes the program that follows. */
const dieWithParent = ['--pdeathsig', 'KILL', '--'];

/**
 * The only door to other programs: argv arrays, never a shell, messages in English whatever the
 * machine's locale, file descriptors not leaked to lvm. Throws `command_missing`,
 * `command_timeout`, `task_cancelled` or `command_failed` with argv, exit code and stderr.
 */
export const run: Run = async (file, args, options = {}) => {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  try {
    const [program, argv] = options.diesWithUs
      ? ['setpriv', [...dieWithParent, file, ...args]]
      : [file, args];
    const child = execa(program, argv, {
      env: { LC_ALL: 'C', LVM_SUPPRESS_FD_WARNINGS: '1', ...options.env },
      stdin: options.input === undefined ? 'ignore' : 'pipe',
      ...(options.input !== undefined && { input: options.input }),
      ...(options.signal && { cancelSignal: options.signal }),
      timeout: timeoutMs,
    });
    const { onOutput } = options;
    if (onOutput) child.stdout.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
    const { stdout, stderr } = await child;
    return { stdout, stderr };
  } catch (error) {
    throw commandError(error as ExecaError, file, args, {
      timeoutMs,
      secrets: options.secrets ?? [],
      isBehindSetpriv: options.diesWithUs ?? false,
    });
  }
};

/** A program of ours that keeps running: its exit is told, and it can be stopped by pid. */
export interface Daemon {
  readonly pid: number;
  /** Resolves when the program has ended, with the tail of what it said. */
  readonly ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a long-running program detached from our process group, so that a `kill -9` of ours does
 * not take the PCs' disks away.
 */
export function spawnDaemon(file: string, args: string[], env: Record<string, string>): Daemon {
  const child = execa(file, args, {
    env: { LC_ALL: 'C', ...env },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    maxBuffer: 64 * 1024,
    detached: true,
    reject: false,
    cleanup: false,
  });
  if (child.pid === undefined) throw new CafebootError('command_missing', { command: file });
  return {
    pid: child.pid,
    ended: child.then((result) => String(result.stderr ?? '').slice(-2_000)),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

interface FailedCommand {
  timeoutMs: number;
  secrets: readonly string[];
  isBehindSetpriv: boolean;
}

/** With this code setpriv, like a shell, tells that there is no such program. */
const noProgramCode = 127;

function commandError(
  error: ExecaError,
  file: string,
  args: string[],
  { timeoutMs, secrets, isBehindSetpriv }: FailedCommand,
): Error {
  const hideSecrets = (text: string) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  const command = hideSecrets([file, ...args].join(' '));
  // execa's own error tells the whole command line, so it must not go along with a secret in it.
  const options = secrets.length === 0 ? { cause: error } : {};
  const isMissing = isBehindSetpriv && error.exitCode === noProgramCode;
  if (error.code === 'ENOENT' || isMissing) {
    return new CafebootError('command_missing', { command: file }, options);
  }
  if (error.isCanceled) return new CafebootError('task_cancelled', {}, options);
  if (error.timedOut) return new CafebootError('command_timeout', { command, timeoutMs }, options);
  const context = {
    command,
    exitCode: error.exitCode ?? -1,
    // Where it says nothing there, what it printed tells more than nothing.
    stderr: hideSecrets(String(error.stderr || error.stdout || '')).slice(-2_000),
  };
  return new CafebootError('command_failed', context, options);
}
