import { CafebootError, hasCode } from '../errors.ts';
import type { Run } from './exec.ts';

/** Commands that one `lvm` process is given at most, so that the first of many is not kept waiting long. */
const batchLimit = 50;
/** Of one command; a batch has it times its length. */
const commandTimeoutMs = 60_000;
/** Of one that does something to each of a thousand volumes. */
export const groupTimeoutMs = 900_000;

/**
 * lvm's own profile for programs that drive its shell, part of Debian's and Ubuntu's lvm2: the shell
 * reports in JSON how each command ended.
 */
const shellEnvironment = { LVM_COMMAND_PROFILE: 'lvmdbusd' };

/** What a command failed over, from what it says; lvm's exit code is 5 for all of these. */
const reasons = [
  { code: 'already_exists', pattern: /already exists/i },
  { code: 'in_use', pattern: /in use|is used by|contains a filesystem|used by another/i },
  {
    code: 'no_space',
    pattern: /insufficient|not enough|out of (data|metadata)? ?space|free space|reached threshold/i,
  },
  { code: 'not_found', pattern: /failed to find|not found|cannot (find|process)/i },
] as const;

/** A command that waits for its turn. */
interface Waiting {
  argv: string[];
  done: PromiseWithResolvers<void>;
}

export type Lvm = ReturnType<typeof createLvm>;

/**
 * Runs lvm commands one after another, as its locks would anyway, and all that wait in one process, which
 * halves their cost. Names in `argv` match `[A-Za-z0-9_./-]`, so that the shell's words are ours.
 */
export function createLvm(run: Run) {
  const waiting: Waiting[] = [];
  let working = false;
  /** The end of the last batch or of who has lvm alone, whichever came later. */
  let last: Promise<unknown> = Promise.resolve();
  /** While somebody has lvm alone, or waits for it. */
  let alone: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  async function runWaiting(): Promise<void> {
    const batch = waiting.splice(0, batchLimit);
    const failed = batch.length === 1 ? batch : await runBatch(run, batch);
    // Alone, a command says why it fails; and one that a broken batch never reached is done now.
    for (const { argv, done } of failed)
      await runLvm(run, argv).then(() => done.resolve(), done.reject);
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    while (waiting.length > 0) await inTurn(runWaiting);
    working = false;
  }

  return {
    /** Throws `already_exists`, `in_use`, `no_space` or `not_found`, with `volume` for what it says. */
    change(argv: string[]): Promise<void> {
      const done = Promise.withResolvers<void>();
      waiting.push({ argv, done });
      void work();
      return done.promise;
    },
    /** A report's JSON, as it is now. Throws the same. */
    async report(argv: string[]): Promise<string> {
      await alone;
      return runReport(run, argv);
    },
    /**
     * Runs `work`, which takes the group from its disks and puts it back: nobody else may find it missing
     * meanwhile, nor bring a volume back. It uses `runLvm` and `runReport`.
     */
    exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
      const result = inTurn(work);
      alone = last;
      return result;
    },
  };
}

/** A report's JSON, in bytes. Throws as `createLvm` says. */
export function runReport(run: Run, argv: string[]): Promise<string> {
  const format = ['--reportformat', 'json', '--units', 'b', '--nosuffix'];
  const [command = '', ...rest] = argv;
  return runLvm(run, [command, ...format, ...rest]);
}

/** One command in a process of its own. Throws as `createLvm` says. */
export async function runLvm(
  run: Run,
  argv: string[],
  timeoutMs = commandTimeoutMs,
): Promise<string> {
  try {
    return (await run('lvm', argv, { timeoutMs })).stdout;
  } catch (error) {
    throw lvmError(error, argv);
  }
}

/** Resolves those that succeeded and returns the others. */
async function runBatch(run: Run, batch: Waiting[]): Promise<Waiting[]> {
  const input = `${batch.map(({ argv }) => argv.join(' ')).join('\n')}\n`;
  const timeoutMs = commandTimeoutMs * batch.length;
  const outcomes = await run('lvm', [], { input, timeoutMs, env: shellEnvironment })
    .then(({ stdout }) => parseOutcomes(stdout))
    .catch(() => []);
  return batch.filter(({ done }, index) => {
    if (!outcomes[index]) return true;
    done.resolve();
    return false;
  });
}

/** For each command given to lvm's shell, whether it succeeded. */
export function parseOutcomes(text: string): boolean[] {
  interface Part {
    log: { log_object_type: string; log_ret_code: string }[];
  }
  const documents = text.split(/^ {2}\}$/m).filter((part) => part.trim() !== '');
  return documents.map((part) => {
    const { log } = JSON.parse(`${part}}`) as Part;
    const status = log.find(({ log_object_type }) => log_object_type === 'cmd');
    return status?.log_ret_code === '1';
  });
}

/**
 * What a command said. With reports in JSON, lvm since 2.03.2x says even why it failed in the JSON's log, on its
 * standard output (lvm.conf, `report_command_log`).
 */
function readMessages(said: string): string {
  const logged = [...said.matchAll(/"log_message": *("(?:[^"\\]|\\.)*")/g)];
  if (logged.length === 0) return said;
  return logged.map(([, text = '""']) => JSON.parse(text) as string).join('\n');
}

/** A failed command as one of the errors that a volume store has. */
export function lvmError(error: unknown, argv: string[]): unknown {
  if (!hasCode(error, 'command_failed')) return error;
  const raw = String(error.context.stderr ?? '');
  const said = readMessages(raw);
  const reason = reasons.find(({ pattern }) => pattern.test(said));
  if (!reason && said === raw) return error;
  if (!reason) {
    const context = { ...error.context, stderr: said };
    return new CafebootError('command_failed', context, { cause: error });
  }
  const volume = argv.at(-1) ?? '';
  return new CafebootError(reason.code, { volume, name: volume }, { cause: error });
}
