import type { Background } from './background.ts';

/** Work that is done again and again while the server runs. */
export interface Round {
  key: string;
  everyMs: number;
  work: () => Promise<void>;
}

export type Rounds = ReturnType<typeof createRounds>;

/** Each round in the background, never twice at once; none of them keeps the process alive. */
export function createRounds(background: Background, rounds: readonly Round[]) {
  let timers: NodeJS.Timeout[] = [];
  return {
    start(): void {
      timers = rounds.map(({ key, everyMs, work }) =>
        setInterval(() => background.start(key, work), everyMs).unref(),
      );
    },
    close(): void {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
