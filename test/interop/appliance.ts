import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { type ApiCall, isListening, socketApi } from '../../src/cli/client.ts';
import type { Node, Running } from './netns.ts';

/** The whole program on a node of a test LAN, as `cafeboot serve` runs it. */
export interface Appliance extends Running {
  readonly dataDir: string;
  /** Its REST API, over the unix socket in its data directory. */
  readonly api: ApiCall;
  /** What the process itself has in memory now; its child processes not counted. */
  residentBytes(): number;
}

export interface ApplianceOptions {
  /** An own, existing directory. */
  dataDir: string;
  /** Flags beside `--data-dir`. */
  flags?: readonly string[];
}

const projectRoot = join(import.meta.dirname, '../..');
/** As `npm run cafeboot` starts it: with a JavaScript heap that is collected before it outgrows its use. */
const [, ...nodeArguments] = packageJson.scripts.cafeboot.split(' ');
const startTimeoutMs = 30_000;

/** Starts it and waits until it serves; rejects with its output where it does not get so far. */
export async function startAppliance(
  node: Node,
  { dataDir, flags = [] }: ApplianceOptions,
): Promise<Appliance> {
  const program = [process.execPath, ...nodeArguments] as const;
  const running = node.spawn([...program, '--data-dir', dataDir, ...flags, 'serve'], {
    cwd: projectRoot,
  });
  const socketPath = join(dataDir, 'run', 'cafeboot.sock');
  const deadlineMs = performance.now() + startTimeoutMs;
  // The socket is opened last: whoever can connect finds everything else serving.
  while (!(await isListening(socketPath))) {
    if (performance.now() > deadlineMs) {
      throw new Error(`cafeboot did not get ready:\n${running.output()}`);
    }
    await sleep(50);
  }
  return {
    ...running,
    dataDir,
    api: socketApi(socketPath),
    residentBytes: () => residentBytes(running.pid),
  };
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kibibytes) * 1024;
}
