import { join } from 'node:path';
import type { ApiCall } from '../../src/cli/client.ts';
import { bundlePath } from '../bundle.ts';
import type { Lab } from './lab.ts';
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

/** cafeboot itself, serving the lab's network from its namespace or VM, driven by its command line as an administrator would. */
export interface Appliance {
  readonly dataDir: string;
  /** On the lab's server. */
  readonly pid: number;
  /** Its REST API: in a VM much quicker than its command line. */
  readonly api: ApiCall;
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

/** Seconds on an idle machine; emulated in a server VM, with PCs beside it, minutes. */
const startTimeoutMs = 180_000;
const cliTimeoutMs = 5 * 60_000;
const maxLogLines = 20_000;

/** Runs a `cafeboot` command where none serves, as on a new server. */
export const runCafeboot = ({ server }: Pick<Lab, 'server'>, ...args: string[]) =>
  server.run([process.execPath, bundlePath, '--data-dir', server.dataDir, ...args], {
    timeoutMs: cliTimeoutMs,
  });

/** Starts `cafeboot serve` in the lab and waits until it is ready. */
export async function startAppliance(
  { server: place }: Pick<Lab, 'server'>,
  options: { serveArgs?: string[] } = {},
): Promise<Appliance> {
  const { serveArgs = [] } = options;
  const { dataDir, interfaceName } = place;
  const cafeboot = [process.execPath, bundlePath, '--data-dir', dataDir] as const;
  const lines: string[] = [];
  const ready = Promise.withResolvers<void>();
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > maxLogLines) lines.shift();
    if (line.includes('cafeboot is ready')) ready.resolve();
  };
  const server = place.start([...cafeboot, 'serve', '--interface', interfaceName, ...serveArgs], {
    onStdout: keep,
    onStderr: keep,
  });
  const failed = (why: string) => new Error(`cafeboot ${why}:\n${lines.slice(-20).join('\n')}`);
  void server.exited.then((exitCode) => ready.reject(failed(`ended with ${exitCode}`)));
  if (!(await settledWithin(ready.promise, startTimeoutMs))) throw failed('did not get ready');
  return {
    dataDir,
    pid: server.pid,
    api: place.api(join(dataDir, 'run', 'cafeboot.sock')),
    cli: (...args) => place.run([...cafeboot, ...args], { timeoutMs: cliTimeoutMs }),
    follow(listener) {
      place.start([...cafeboot, 'timeline', '--follow', '--json'], {
        onStdout: (line) => {
          if (line !== '') listener(JSON.parse(line) as TimelineEvent);
        },
      });
    },
    log: () => lines,
    exited: server.exited,
    stop: () => server.stop(15_000),
    async crash() {
      server.kill('SIGKILL');
      await server.exited;
    },
  };
}
