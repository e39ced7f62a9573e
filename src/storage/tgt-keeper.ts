import { setTimeout as sleep } from 'node:timers/promises';
import { CafebootError } from '../errors.ts';
import type { TgtAdmin } from './tgt-admin.ts';
import { ensureTgtDaemon, type Portal, stopTgtDaemon } from './tgt-daemon.ts';

export interface TgtKeeperOptions {
  admin: TgtAdmin;
  socket: string;
  portals: Portal[];
  /** It ended by itself, and with it every target; or it could not be started again. */
  onDown: (error: unknown) => void;
  /** It runs, at first and again. Where this fails it is stopped, and another one started later. */
  onUp: () => Promise<void>;
}

/** How often a daemon that is not our child is asked whether it still lives. */
const askEveryMs = 5_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Whoever lived so long is started again at once. */
const steadyMs = 60_000;

/** Before the start that follows so many in vain. */
const pauseMsAfter = (failures: number): number =>
  failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));

/**
 * Keeps a tgtd running: one that ends is started again, at growing intervals while that does not help. The
 * first start throws as `ensureTgtDaemon` does.
 */
export async function keepTgtDaemon(
  options: TgtKeeperOptions,
): Promise<{ close(): Promise<void> }> {
  const { admin, socket, portals, onDown, onUp } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});

  async function begin() {
    const daemon = await ensureTgtDaemon(admin, socket, portals);
    try {
      await onUp();
      return daemon;
    } catch (error) {
      await stopTgtDaemon(admin, daemon);
      throw error;
    }
  }

  let daemon = await begin();

  /** Resolves when it has ended, with the tail of what it said. */
  async function ended(): Promise<string> {
    if (daemon) return daemon.ended;
    while (!signal.aborted && (await admin.answers().catch(() => false))) await pause(askEveryMs);
    return 'no answer from tgtd';
  }

  async function beginAgain(): Promise<boolean> {
    try {
      daemon = await begin();
      if (signal.aborted) await stopTgtDaemon(admin, daemon);
      return true;
    } catch (error) {
      onDown(error);
      return false;
    }
  }

  async function keep(): Promise<void> {
    let failures = 0;
    for (;;) {
      const beganAt = Date.now();
      const detail = await ended();
      if (signal.aborted) return;
      onDown(new CafebootError('target_unavailable', { detail }));
      if (Date.now() - beganAt > steadyMs) failures = 0;
      do {
        await pause(pauseMsAfter(failures++));
        if (signal.aborted) return;
      } while (!(await beginAgain()));
    }
  }

  const kept = keep();

  return {
    async close() {
      closing.abort();
      await stopTgtDaemon(admin, daemon);
      await kept;
    },
  };
}
