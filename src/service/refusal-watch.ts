import type { Logger } from 'pino';
import type { Refusals } from '../storage/targets.ts';
import type { Counters } from './counters.ts';
import type { Timeline } from './timeline.ts';

export interface RefusalWatchDeps {
  refusals: () => Promise<Refusals[]>;
  counters: Counters;
  timeline: Timeline;
  log: Logger;
}

export type RefusalWatch = ReturnType<typeof createRefusalWatch>;

const reasons = [
  { field: 'wrongInitiator', reason: 'wrong-initiator' },
  { field: 'wrongSecret', reason: 'wrong-secret' },
  { field: 'unknownTarget', reason: 'unknown-target' },
] as const;

/** Tells of PCs, or whatever calls itself one, that tried to log in where they may not. */
export function createRefusalWatch({ refusals, counters, timeline, log }: RefusalWatchDeps) {
  let before: Map<string, Refusals> | undefined;

  function tell(now: Refusals): void {
    const { target, lastInitiator: initiator, lastAddress: address } = now;
    for (const { field, reason } of reasons) {
      const last = before?.get(target)?.[field] ?? 0;
      // A target that was made anew counts from nothing.
      const count = now[field] < last ? now[field] : now[field] - last;
      if (count === 0) continue;
      counters.add(`iscsi.refused.${reason}`, count);
      const isUnknown = field === 'unknownTarget';
      const data = isUnknown
        ? { target, reason, count }
        : { target, initiator, address, reason, count };
      const kind = isUnknown ? 'target.unknown' : 'target.refused';
      timeline.record({ kind, level: 'warn', data });
    }
  }

  return {
    /** What was refused since the last look; the first one only takes note. */
    async look(): Promise<void> {
      try {
        const found = await refusals();
        if (before) for (const each of found) tell(each);
        before = new Map(found.map((each) => [each.target, each]));
      } catch (error) {
        log.warn({ err: error }, 'refused logins not read');
      }
    },
  };
}
