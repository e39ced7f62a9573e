import type { Session } from '../storage/targets.ts';
import type { Throughput } from './hall-tile.ts';

export type ThroughputMeter = ReturnType<typeof createThroughputMeter>;

/** A rate from a shorter time says nothing. */
const leastMs = 900;

/** Rates of sessions from their byte counts, one look after another. Keyed by session. */
export function createThroughputMeter() {
  let before = new Map<
    string,
    { at: number; readBytes: number; writtenBytes: number; rate: Throughput }
  >();
  return {
    /** What each session reads and writes now, by its target and id. */
    measure(sessions: readonly Session[], at: number): Map<string, Throughput> {
      const next: typeof before = new Map();
      for (const { target, id, readBytes, writtenBytes } of sessions) {
        const key = `${target} ${id}`;
        const last = before.get(key);
        const rate = { readBytesPerSecond: 0, writeBytesPerSecond: 0 };
        if (last && at - last.at < leastMs) {
          next.set(key, last);
          continue;
        }
        if (last) {
          const seconds = (at - last.at) / 1_000;
          // A count goes back where the target was made anew.
          rate.readBytesPerSecond = Math.max(0, Math.round((readBytes - last.readBytes) / seconds));
          rate.writeBytesPerSecond = Math.max(
            0,
            Math.round((writtenBytes - last.writtenBytes) / seconds),
          );
        }
        next.set(key, { at, readBytes, writtenBytes, rate });
      }
      before = next;
      return new Map([...next].map(([key, { rate }]) => [key, rate]));
    },
  };
}
