import type { PoolSpace, VolumeStore } from '../storage/volumes.ts';
import type { PoolSample } from '../store/pool-samples.ts';
import type { Store } from '../store/store.ts';
import { forecastFullInDays, forecastSpanMs } from './pool-forecast.ts';
import { limitsOf, type PoolGauge } from './pool-gauge.ts';
import { type PoolLevel, type PoolLimits, type PoolState, percentOf } from './pool-state.ts';
import type { Settings } from './setting-list.ts';

/** One of a pool's spaces as it is shown. Percents of its size. */
export interface SpaceStatus {
  totalBytes: number;
  usedBytes: number;
  percent: number;
  level: PoolLevel;
  limits: PoolLimits;
  /** By the last days; null where nothing can be said, or it is far away. */
  fullInDays: number | null;
}

/** The pool as it is shown. */
export interface PoolStatus {
  kind: VolumeStore['kind'];
  state: PoolState;
  data: SpaceStatus;
  /** Null where the store has no separate space for it. */
  metadata: SpaceStatus | null;
  /** What the pool may still grow by; null where it cannot grow. */
  growableBytes: number | null;
  /** Whether it grows by itself. */
  grows: boolean;
}

export interface PoolStatusDeps {
  kind: VolumeStore['kind'];
  gauge: PoolGauge;
  samples: Store['poolSamples'];
  settings: () => Settings;
  now: () => number;
}

/** How the pool is, and how it was. */
export function createPoolStatus({ kind, gauge, samples, settings, now }: PoolStatusDeps) {
  return {
    async get(): Promise<PoolStatus> {
      const { capacity, levels, state } = await gauge.readFresh();
      const history = samples.list(now() - forecastSpanMs);
      const limits = limitsOf(settings());
      const spaceOf = (space: PoolSpace, totalBytes: number, usedBytes: number): SpaceStatus => {
        const points = history.map((sample) => ({
          at: sample.at,
          usedBytes: usedOf(sample, space),
        }));
        return {
          totalBytes,
          usedBytes,
          percent: Math.round(percentOf(capacity, space) * 10) / 10,
          level: levels[space],
          limits: limits[space],
          fullInDays: forecastFullInDays(points, totalBytes) ?? null,
        };
      };
      const { metadata } = capacity;
      return {
        kind,
        state,
        data: spaceOf('data', capacity.totalBytes, capacity.usedBytes),
        metadata: metadata ? spaceOf('metadata', metadata.totalBytes, metadata.usedBytes) : null,
        growableBytes: capacity.growableBytes ?? null,
        grows: capacity.growableBytes !== undefined && settings().poolGrow,
      };
    },
    /** From `since` on, in epoch milliseconds. */
    samples: (since: number): PoolSample[] => samples.list(since),
  };
}

const usedOf = ({ usedBytes, metadataUsedBytes }: PoolSample, space: PoolSpace): number =>
  space === 'data' ? usedBytes : (metadataUsedBytes ?? 0);
