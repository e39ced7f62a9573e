import type { CacheUse } from '../storage/read-cache.ts';
import type { Timeline } from './timeline.ts';

/** The read cache as people see it. */
export interface CacheStatus extends CacheUse {
  /** Share of what PCs read in the last hour that no disk was asked for, 0..1; null while nothing was read. */
  hitRate: number | null;
  /** The blocks that PCs read do not stay in memory until the next PC wants them. */
  isTooSmall: boolean;
}

export interface CacheWatchDeps {
  use: () => Promise<CacheUse | undefined>;
  timeline: Timeline;
  now: () => number;
}

interface Sample extends CacheUse {
  at: number;
}

const windowMs = 3_600_000;
const tellEveryMs = 24 * 3_600_000;
/** Reading less than this says nothing about memory. */
const littleBytes = 1024 ** 3;
const poorHitRate = 0.7;

/** What was read from `before` to `after`; counters that began anew count from nothing. */
export function judgeCache(before: CacheUse, after: CacheUse): CacheStatus {
  const restarted = after.readBytes < before.readBytes;
  const readBytes = after.readBytes - (restarted ? 0 : before.readBytes);
  const diskReadBytes = after.diskReadBytes - (restarted ? 0 : before.diskReadBytes);
  // Read ahead, the disk may be read more than its readers asked for.
  const hitRate = readBytes === 0 ? null : Math.max(0, 1 - diskReadBytes / readBytes);
  const couldHoldBytes = after.cachedBytes + after.freeBytes;
  return {
    ...after,
    hitRate,
    // Everything that memory can hold was read anew within the hour, and mostly in vain.
    isTooSmall:
      diskReadBytes > Math.max(littleBytes, couldHoldBytes) && (hitRate ?? 1) < poorHitRate,
  };
}

export type CacheWatch = ReturnType<typeof createCacheWatch>;

/** Keeps an hour of the cache's counters, and tells when the server's memory is too small for what is read. */
export function createCacheWatch({ use, timeline, now }: CacheWatchDeps) {
  let samples: Sample[] = [];
  let toldAt = Number.NEGATIVE_INFINITY;
  let latest: CacheStatus | undefined;

  async function look(): Promise<CacheStatus | undefined> {
    const current = await use();
    if (!current) {
      samples = [];
      latest = undefined;
      return undefined;
    }
    const at = now();
    samples = [...samples.filter((sample) => at - sample.at <= windowMs), { at, ...current }];
    const status = judgeCache(samples[0] ?? current, current);
    latest = status;
    if (status.isTooSmall && at - toldAt > tellEveryMs) {
      toldAt = at;
      const percent = Math.round((status.hitRate ?? 0) * 100);
      const data = { percent, cachedBytes: status.cachedBytes };
      timeline.record({ kind: 'storage.cache-too-small', level: 'warn', data });
    }
    return status;
  }

  return {
    /** How the cache is now, which is kept for an hour; nothing while it is off. Called every minute at least. */
    look,
    /** As it was at the last look. */
    latest: (): CacheStatus | undefined => latest,
  };
}
