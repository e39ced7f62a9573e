import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { CafebootError } from '../../src/errors.ts';

/** A command as argv: program first, never a shell string. */
export type Argv = readonly [string, ...string[]];

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Text for the command's stdin; without it stdin is empty. */
  input?: string;
  /** Default one minute; the command is killed after it. */
  timeoutMs?: number;
}

/**
 * Runs a command to its end and returns its stdout without the last newline.
 * Throws `command_missing`, `command_timeout` or `command_failed` with the command and its stderr.
 */
export async function run(argv: Argv, options: RunOptions = {}): Promise<string> {
  const [program, ...args] = argv;
  const { cwd, env, input = '', timeoutMs = 60_000 } = options;
  const result = await execa(program, args, {
    input,
    reject: false,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  if (!result.failed) return result.stdout;
  const context = {
    command: argv.join(' '),
    exitCode: result.exitCode ?? null,
    stderr: result.stderr.slice(-2000),
  };
  if (result.timedOut) throw new CafebootError('command_timeout', { ...context, timeoutMs });
  if (result.code === 'ENOENT') throw new CafebootError('command_missing', { command: program });
  throw new CafebootError('command_failed', context);
}

/** A command that keeps running until it ends by itself or `stop` is called. */
export interface Running {
  readonly pid: number;
  /** True until the process has ended. */
  running(): boolean;
  /** Resolves when the process has ended, with its exit code (null: a signal). Never rejects. */
  readonly exited: Promise<number | null>;
  /** Writes text to its stdin; silently dropped once the process is gone. */
  write(text: string): void;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs`. Returns when it is gone, at the latest 2 s after the SIGKILL. */
  stop(graceMs?: number): Promise<void>;
}

export interface StartOptions {
  cwd?: string;
  env?: Record<string, string>;
  onStdout?: (line: string) => void;
  onStderr?: (line: string) => void;
  /** Raw bytes of stdout as they come, for a console whose lines may stay unfinished. */
  onStdoutText?: (text: string) => void;
}

/** Starts a command. Throws `command_missing` when there is no such program. */
export function start(argv: Argv, options: StartOptions = {}): Running {
  const [program, ...args] = argv;
  const child = execa(program, args, {
    reject: false,
    buffer: false,
    stdin: 'pipe',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (child.pid === undefined) throw new CafebootError('command_missing', { command: program });
  if (options.onStdoutText) readText(child.stdout, options.onStdoutText);
  else readLines(child.stdout, options.onStdout);
  readLines(child.stderr, options.onStderr);
  child.stdin.on('error', () => undefined);
  let ended = false;
  const exited = child.then((result) => {
    ended = true;
    return result.exitCode ?? null;
  });
  return {
    pid: child.pid,
    running: () => !ended,
    exited,
    write: (text) => {
      if (!ended && child.stdin.writable) child.stdin.write(text);
    },
    endInput: () => {
      child.stdin.end();
    },
    kill: (signal) => {
      child.kill(signal);
    },
    async stop(graceMs = 3000) {
      if (ended) return;
      child.kill('SIGTERM');
      if (await settledWithin(exited, graceMs)) return;
      child.kill('SIGKILL');
      await settledWithin(exited, 2000);
    },
  };
}

/** Whether `promise` settled before `timeoutMs` passed. */
export async function settledWithin(
  promise: Promise<unknown>,
  timeoutMs: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function readLines(stream: Readable, onLine: ((line: string) => void) | undefined): void {
  // Also without a listener: a full pipe would stop the process.
  if (onLine) createInterface({ input: stream }).on('line', onLine);
  else stream.resume();
}

function readText(stream: Readable, onText: (text: string) => void): void {
  stream.setEncoding('latin1');
  stream.on('data', onText);
}
