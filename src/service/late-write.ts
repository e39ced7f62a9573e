import type { Logger } from 'pino';

export interface LateWrite {
  /** Writes within the delay. */
  soon(): void;
  /** Writes at once. */
  now(): void;
}

/**
 * Writing in batches, some time after what there is to write. A database that cannot be written, as on a full
 * disk, must not end the process: PCs boot without it. What was to be written then is lost, and logged.
 */
export function createLateWrite(
  log: Logger,
  { what, afterMs, write }: { what: string; afterMs: number; write: () => void },
): LateWrite {
  let timer: NodeJS.Timeout | undefined;
  function now(): void {
    clearTimeout(timer);
    timer = undefined;
    try {
      write();
    } catch (error) {
      log.error({ err: error, what }, 'could not be written');
    }
  }
  return {
    now,
    soon() {
      timer ??= setTimeout(now, afterMs);
    },
  };
}
