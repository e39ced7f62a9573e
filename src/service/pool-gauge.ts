import { CafebootError } from '../errors.ts';
import type { PoolSpace, VolumeStore } from '../storage/volumes.ts';
import {
  hasRoom,
  isRefusing,
  levelOf,
  type PoolLimits,
  type PoolReading,
  percentOf,
  stateOf,
  worstSpace,
} from './pool-state.ts';
import type { Settings } from './setting-list.ts';

export interface PoolGaugeDeps {
  capacity: VolumeStore['capacity'];
  settings: () => Settings;
  now: () => number;
}

export type PoolGauge = ReturnType<typeof createPoolGauge>;

/** Whoever wants to make something is not told of a pool as it was longer ago. */
const freshForMs = 5_000;

export const limitsOf = (settings: Settings): Record<PoolSpace, PoolLimits> => ({
  data: {
    warn: settings.poolWarnPercent,
    free: settings.poolFreePercent,
    refuse: settings.poolRefusePercent,
  },
  metadata: {
    warn: settings.poolMetadataWarnPercent,
    free: settings.poolMetadataFreePercent,
    refuse: settings.poolMetadataRefusePercent,
  },
});

/** Measures the pool, and says what may still be put into it. */
export function createPoolGauge({ capacity: measure, settings, now }: PoolGaugeDeps) {
  let latest: PoolReading | undefined;
  /** Of copies that are filling the pool. */
  const brakes = new Set<AbortController>();

  async function read(): Promise<PoolReading> {
    const capacity = await measure();
    const limits = limitsOf(settings());
    const level = (space: PoolSpace) =>
      levelOf(percentOf(capacity, space), limits[space], latest?.levels[space] ?? 'ok');
    const levels = { data: level('data'), metadata: level('metadata') };
    latest = { at: now(), capacity, levels, state: stateOf(capacity.health, levels) };
    return latest;
  }

  const readFresh = async (): Promise<PoolReading> =>
    latest && now() - latest.at < freshForMs ? latest : read();

  function refusal(reading: PoolReading): CafebootError {
    const space = worstSpace(reading);
    const percent = Math.round(percentOf(reading.capacity, space));
    const limitPercent = limitsOf(settings())[space].refuse;
    return new CafebootError('pool_nearly_full', { space, percent, limitPercent });
  }

  return {
    read,
    readFresh,
    /** As it was measured last. */
    latest: (): PoolReading | undefined => latest,

    /** Whether what is not needed yet may be made, as far as is known. */
    hasRoom: (): boolean => latest === undefined || hasRoom(latest),

    /** Before anything new is made in the pool. Throws `pool_nearly_full`. */
    async admit(): Promise<void> {
      const reading = await readFresh();
      if (isRefusing(reading)) throw refusal(reading);
    },

    /** A long copy into the pool, which `stopFilling` aborts; then it throws `pool_nearly_full`. */
    async filling<Result>(
      signal: AbortSignal,
      copy: (signal: AbortSignal) => Promise<Result>,
    ): Promise<Result> {
      const brake = new AbortController();
      brakes.add(brake);
      try {
        return await copy(AbortSignal.any([signal, brake.signal]));
      } catch (error) {
        throw brake.signal.aborted ? brake.signal.reason : error;
      } finally {
        brakes.delete(brake);
      }
    },

    /** PCs that run need what is left more than a copy that can be started again. */
    stopFilling(reading: PoolReading): void {
      for (const brake of brakes) brake.abort(refusal(reading));
    },
  };
}
