import { fileURLToPath } from 'node:url';
import { type Lab, labNet } from './lab.ts';
import { settledWithin } from './run.ts';

/** A line of `cafeboot timeline --json`. */
export interface TimelineEvent {
  id: number;
  /** Milliseconds since the epoch. */
  at: number;
  kind: string;
  level: string;
  mac: string | null;
  data: Record<string, unknown>;
}

/** cafeboot itself, serving the lab's bridge, driven by its command line as an administrator would. */
export interface Appliance {
  readonly dataDir: string;
  readonly pid: number;
  /** Runs a `cafeboot` command against it and returns what it prints. */
  cli(...args: string[]): Promise<string>;
  /** Calls `listener` for every event from now on. */
  follow(listener: (event: TimelineEvent) => void): void;
  /** Its log so far. */
  log(): readonly string[];
  /** Resolves when it ended, by `stop` or by itself. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL when that does not end it within 15 s. */
  stop(): Promise<void>;
  /** SIGKILL: it gets no chance to put anything in order. */
  crash(): Promise<void>;
}

const mainPath = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const startTimeoutMs = 60_000;
const cliTimeoutMs = 5 * 60_000;
const maxLogLines = 20_000;

/** Starts `cafeboot serve` in the lab and waits until it is ready. */
export async function startAppliance(
  lab: Lab,
  options: { dataDir: string; serveArgs?: string[] },
): Promise<Appliance> {
  const { dataDir, serveArgs = [] } = options;
  const cafeboot = [process.execPath, mainPath, '--data-dir', dataDir] as const;
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > maxLogLines) lines.shift();
    if (line.includes('cafeboot is ready')) ready.resolve();
  };
  const server = lab.appliance.start(
    [...cafeboot, 'serve', '--interface', labNet.bridge, ...serveArgs],
    { onStdout: keep, onStderr: keep },
  );
  const failed = (why: string) => new Error(`cafeboot ${why}:\n${lines.slice(-20).join('\n')}`);
  void server.exited.then((exitCode) => ready.reject(failed(`ended with ${exitCode}`)));
  if (!(await settledWithin(ready.promise, startTimeoutMs))) throw failed('did not get ready');
  return {
    dataDir,
    pid: server.pid,
    cli: (...args) => lab.appliance.run([...cafeboot, ...args], { timeoutMs: cliTimeoutMs }),
    follow(listener) {
      lab.appliance.start([...cafeboot, 'timeline', '--follow', '--json'], {
        onStdout: (line) => {
          if (line !== '') listener(JSON.parse(line) as TimelineEvent);
        },
      });
    },
    log: () => lines,
    exited: server.exited,
    stop: () => server.stop(15_000),
    async crash() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
  };
}
