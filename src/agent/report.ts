import { cpus, networkInterfaces, totalmem, uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Inventory, OperatingSystem } from './os.ts';

/** What the server is told when the OS is up; it knows who we are by our address. */
export interface OsReport {
  os: string;
  version: string;
  uptimeMs: number;
  inventory: Inventory;
}

export async function makeReport(system: OperatingSystem): Promise<OsReport> {
  const processors = cpus();
  return {
    ...(await system.describe()),
    uptimeMs: Math.round(uptime() * 1_000),
    inventory: {
      cpu: { model: processors[0]?.model.trim() ?? '', threads: processors.length },
      memoryBytes: totalmem(),
      nics: listNics(),
      gpus: await system.listGpus(),
    },
  };
}

function listNics(): Inventory['nics'] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    const outer = addresses.find(({ internal }) => !internal);
    return outer ? [{ name, mac: outer.mac }] : [];
  });
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const attemptMs = 5_000;

export interface ReportingDeps {
  /** Where the server takes reports. */
  url: string;
  report: () => Promise<OsReport>;
  log: Logger;
  signal: AbortSignal;
}

/** Reports until the server has taken it: the network or the server may come up after us. */
export async function reportUntilTaken({ url, report, log, signal }: ReportingDeps): Promise<void> {
  for (
    let pauseMs = firstPauseMs;
    !signal.aborted;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  ) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(await report()),
        signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]),
      });
      await response.body?.cancel();
      if (response.ok) {
        log.info({ url }, 'the server knows that the OS is up');
        return;
      }
      log.warn({ url, status: response.status }, 'report not taken');
    } catch (error) {
      if (!signal.aborted) log.warn({ url, err: error }, 'report not taken');
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
