import type { Logger } from 'pino';

/** Work that nobody waits for, except the end of the program. */
export interface Background {
  /** Starts the work; a failure is logged. The same key while it waits or runs: once more after it, not twice. */
  start(key: string, work: () => Promise<void>): void;
  /** Resolves when all has ended; what is started from now on is not done. */
  close(): Promise<void>;
}

export function createBackground(log: Logger): Background {
  const running = new Map<string, { again: boolean; ended: Promise<void> }>();
  let closed = false;

  async function repeat(key: string, work: () => Promise<void>, state: { again: boolean }) {
    do {
      state.again = false;
      await work().catch((error: unknown) =>
        log.error({ err: error, key }, 'background work failed'),
      );
    } while (state.again && !closed);
    running.delete(key);
  }

  return {
    start(key, work) {
      if (closed) return;
      const present = running.get(key);
      if (present) {
        present.again = true;
        return;
      }
      const state = { again: false, ended: Promise.resolve() };
      running.set(key, state);
      state.ended = repeat(key, work, state);
    },
    async close() {
      closed = true;
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
