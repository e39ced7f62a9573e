import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../storage/exec.ts';
import { layout } from './layout.ts';

const startTimeoutMs = 6 * 60_000;
const pollEveryMs = 500;

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
  };
}

export type Service = ReturnType<typeof createService>;

/** Asks the server that runs; rejects while there is none. */
export type ReadStatus = () => Promise<{ version: string }>;

/** Whether the server of this version answered before `timeoutMs` passed. */
export async function waitForVersion(
  readStatus: ReadStatus,
  version: string,
  timeoutMs: number,
): Promise<boolean> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const status = await readStatus().catch(() => undefined);
    if (status?.version === version) return true;
    if (Date.now() >= until) return false;
    await sleep(pollEveryMs);
  }
}
