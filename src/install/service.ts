import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../storage/exec.ts';
import { layout } from './layout.ts';

const startTimeoutMs = 6 * 60_000;
const pollEveryMs = 500;
/** Nothing good comes of a program that ends so often; a port may be taken once or twice. */
const restartLimit = 5;

/** The service as systemd has it. */
export function createService(run: Run) {
  const systemctl = (...args: string[]) => run('systemctl', args, { timeoutMs: startTimeoutMs });
  return {
    /** Reads changed unit files. */
    reload: () => systemctl('daemon-reload'),
    /** Now and at every start of the machine. */
    enable: () => systemctl('enable', '--quiet', '--now', layout.unitName),
    disable: () => systemctl('disable', '--quiet', '--now', layout.unitName),
    disableTgt: () => systemctl('disable', '--quiet', '--now', 'tgt.service'),
    restart: () => systemctl('restart', layout.unitName),
    start: () => systemctl('start', layout.unitName),
    /** Returns when its process has ended. PCs go on: the kernel exports their disks. */
    stop: () => systemctl('stop', layout.unitName),
    /** How often it has ended by itself since it was last started by hand. */
    async restarts(): Promise<number> {
      const args = ['show', '--property', 'NRestarts', '--value', layout.unitName];
      return Number((await systemctl(...args)).stdout);
    },
    /** The end of what it said itself: systemd's own words about it are more, and tell less. */
    async lastLines(): Promise<string> {
      const ofIt = `_SYSTEMD_UNIT=${layout.unitName}`;
      const args = [ofIt, '--lines', '5', '--output', 'cat', '--no-pager'];
      return (await run('journalctl', args)).stdout.slice(-1_000);
    },
  };
}

export type Service = ReturnType<typeof createService>;

/** Asks the server that runs; rejects while there is none. */
export type ReadStatus = () => Promise<{ version: string }>;

export interface Wait {
  readStatus: ReadStatus;
  version: string;
  timeoutMs: number;
  restarts: Service['restarts'];
}

/** Whether the server of this version answers in time. */
export async function waitForVersion(wait: Wait): Promise<boolean> {
  const until = Date.now() + wait.timeoutMs;
  for (;;) {
    const status = await wait.readStatus().catch(() => undefined);
    if (status?.version === wait.version) return true;
    if (Date.now() >= until || (await wait.restarts()) >= restartLimit) return false;
    await sleep(pollEveryMs);
  }
}
