import { CafebootError } from '../../../src/errors.ts';
import type { Place } from '../place.ts';
import {
  type Argv,
  type Running,
  type RunOptions,
  type StartOptions,
  settledWithin,
} from '../run.ts';
import type { AgentLink } from './agent-link.ts';

/** Runs programs in the guest as run.ts does here; a VM that goes off fails what waits for them. */
export function agentPlace(link: AgentLink): Place {
  return {
    run: (argv, options) => runProgram(link, argv, options),
    start: (argv, options) => startProgram(link, argv, options),
  };
}

async function runProgram(link: AgentLink, argv: Argv, options: RunOptions = {}): Promise<string> {
  const { input = '', timeoutMs = 60_000, cwd, env } = options;
  const done = Promise.withResolvers<number | null>();
  let stdout = '';
  let stderr = '';
  let timedOut = false;
  const talk = link.open({
    onGone: done.reject,
    onAnswer(answer) {
      if ('stdout' in answer) stdout += answer.stdout;
      else if ('stderr' in answer) stderr += answer.stderr;
      else if ('exited' in answer) done.resolve(answer.exited);
      else if ('failed' in answer) done.reject(startError(argv, answer));
    },
  });
  talk.send({ start: { argv, ...(cwd && { cwd }), ...(env && { env }) } });
  if (input !== '') talk.send({ write: input });
  talk.send({ endInput: true });
  const timer = setTimeout(() => {
    timedOut = true;
    talk.send({ kill: 'SIGKILL' });
  }, timeoutMs);
  // A guest that hangs as a whole answers nothing at all.
  const lost = setTimeout(() => done.reject(timeoutError()), timeoutMs + 10_000);
  const failure = (exitCode: number | null) => ({
    command: argv.join(' '),
    exitCode,
    stderr: stderr.slice(-2000),
  });
  const timeoutError = () => new CafebootError('command_timeout', { ...failure(null), timeoutMs });
  try {
    const exitCode = await done.promise;
    if (timedOut) throw timeoutError();
    if (exitCode !== 0) throw new CafebootError('command_failed', failure(exitCode));
    return stdout.replace(/\r?\n$/, '');
  } finally {
    clearTimeout(timer);
    clearTimeout(lost);
  }
}

function startError(argv: Argv, { failed, message }: { failed: string; message: string }): Error {
  if (failed === 'ENOENT') return new CafebootError('command_missing', { command: argv[0] });
  return new Error(`${argv.join(' ')}: ${message}`);
}

function startProgram(link: AgentLink, argv: Argv, options: StartOptions = {}): Running {
  const { cwd, env, onStdout, onStderr, onStdoutText } = options;
  const ended = Promise.withResolvers<number | null>();
  const stdout = splitLines(onStdout);
  const stderr = splitLines(onStderr);
  let pid: number | undefined;
  let running = true;
  const end = (exitCode: number | null) => {
    stdout.end();
    stderr.end();
    running = false;
    ended.resolve(exitCode);
  };
  const talk = link.open({
    onGone: () => end(null),
    onAnswer(answer) {
      if ('started' in answer) pid = answer.started;
      else if ('stdout' in answer) {
        if (onStdoutText) onStdoutText(answer.stdout);
        else stdout.push(answer.stdout);
      } else if ('stderr' in answer) stderr.push(answer.stderr);
      else if ('exited' in answer) end(answer.exited);
      else if ('failed' in answer) {
        stderr.push(answer.message);
        end(null);
      }
    },
  });
  talk.send({ start: { argv, ...(cwd && { cwd }), ...(env && { env }) } });
  return {
    /** Known once the guest has answered. */
    get pid() {
      if (pid === undefined) throw new Error(`${argv[0]} has not started yet`);
      return pid;
    },
    running: () => running,
    exited: ended.promise,
    write: (text) => talk.send({ write: text }),
    endInput: () => talk.send({ endInput: true }),
    kill: (signal) => talk.send({ kill: signal }),
    async stop(graceMs = 3000) {
      if (!running) return;
      talk.send({ kill: 'SIGTERM' });
      if (await settledWithin(ended.promise, graceMs)) return;
      talk.send({ kill: 'SIGKILL' });
      await settledWithin(ended.promise, 2000);
    },
  };
}

function splitLines(onLine: (line: string) => void = () => undefined) {
  let partial = '';
  return {
    push(text: string) {
      const [first = '', ...rest] = text.split('\n');
      partial += first;
      for (const next of rest) {
        onLine(partial);
        partial = next;
      }
    },
    end() {
      if (partial !== '') onLine(partial);
      partial = '';
    },
  };
}
