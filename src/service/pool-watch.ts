import type { Logger } from 'pino';
import { codeOf } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { PoolSample } from '../store/pool-samples.ts';
import type { Store } from '../store/store.ts';
import type { OverlayRelief } from './overlay-relief.ts';
import { poolEvents } from './pool-events.ts';
import { limitsOf, type PoolGauge } from './pool-gauge.ts';
import { nextPoolStep, type PoolStep, type StepKey, stepKey } from './pool-plan.ts';
import {
  hasRoom,
  isRefusing,
  nextLookMs,
  type PoolReading,
  percentOf,
  worstSpace,
} from './pool-state.ts';
import type { Settings } from './setting-list.ts';
import type { Timeline } from './timeline.ts';

export interface PoolWatchDeps {
  gauge: PoolGauge;
  samples: Store['poolSamples'];
  growPool: VolumeStore['growPool'];
  stopOwnBytes: VolumeStore['stopOwnBytes'];
  overlayRelief: OverlayRelief;
  /** Removes the oldest version that nobody needs; none where all are needed. */
  freeVersion: () => Promise<{ image: string; number: number } | undefined>;
  /** Makes ahead what had to wait while there was no room. */
  prepareAll: () => void;
  settings: () => Settings;
  timeline: Timeline;
  log: Logger;
}

export type PoolWatch = ReturnType<typeof createPoolWatch>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A sample a minute is kept for so long, then one an hour. */
const minutelyForMs = dayMs;
const hourlyForMs = 60 * dayMs;
/** PCs whose overlays go between two looks at what that brought. */
const hostsAtOnce = 16;
/** Steps of one look; what is left is for the next. */
const stepLimit = 50;
const afterFailureMs = 10_000;

/** Keeps the pool from filling up, and tells of it: looks, stores what it saw, and makes room in time. */
export function createPoolWatch(deps: PoolWatchDeps) {
  const { gauge, samples, overlayRelief, settings, timeline, log } = deps;
  /** What people were told of last. */
  let told: PoolReading | undefined;
  let toldStuck = false;
  const toldFailed = new Set<StepKey>();
  let storedMinute: number | undefined;
  let thinnedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let closed = false;

  function keep({ at, capacity }: PoolReading): void {
    const minute = Math.floor(at / minuteMs);
    if (minute !== storedMinute) {
      storedMinute = minute;
      samples.add(toSample(at, capacity));
    }
    if (at - thinnedAt >= hourMs) {
      thinnedAt = at;
      samples.thin({ hourlyBefore: at - minutelyForMs, forgetBefore: at - hourlyForMs });
    }
  }

  async function measure(): Promise<PoolReading> {
    const reading = await gauge.read();
    keep(reading);
    for (const event of poolEvents(told, reading)) timeline.record(event);
    told = reading;
    return reading;
  }

  /** Tells whether it brought anything. */
  async function take(step: PoolStep): Promise<boolean> {
    if (step.action === 'free-overlays') {
      const freed = await overlayRelief.free(hostsAtOnce);
      for (const { mac, name } of freed) {
        timeline.record({ kind: 'pool.overlays-freed', mac, data: { name } });
      }
      return freed.length > 0;
    }
    if (step.action === 'free-version') {
      const freed = await deps.freeVersion();
      if (!freed) return false;
      const data = { image: freed.image, version: freed.number };
      timeline.record({ kind: 'pool.version-freed', level: 'warn', data });
      return true;
    }
    await deps.growPool?.(step.space, step.byBytes);
    const { space, byBytes } = step;
    timeline.record({ kind: 'pool.grown', data: { space, byBytes } });
    return deps.growPool !== undefined;
  }

  async function attempt(step: PoolStep): Promise<boolean> {
    const key = stepKey(step);
    try {
      if (step.action !== 'grow') await deps.stopOwnBytes?.();
      return await take(step);
    } catch (error) {
      log.warn({ err: error, step }, 'no room made in the pool');
      if (!toldFailed.has(key)) {
        const data = { step: key, code: codeOf(error) };
        timeline.record({ kind: 'pool.step-failed', level: 'error', data });
      }
      toldFailed.add(key);
      return false;
    }
  }

  /** Until there is room or nothing is left to do. */
  async function makeRoom(first: PoolReading): Promise<PoolReading> {
    let reading = first;
    const spent = new Set<StepKey>();
    for (let count = 0; count < stepLimit && !closed; count++) {
      const step = nextPoolStep(reading, settings().poolGrow, spent);
      if (!step) break;
      // It grows in a moment; while much is removed, a copy would fill what PCs that run still have.
      if (isRefusing(reading) && step.action !== 'grow') gauge.stopFilling(reading);
      if (await attempt(step)) reading = await measure();
      else spent.add(stepKey(step));
    }
    if (hasRoom(reading)) {
      toldStuck = false;
      toldFailed.clear();
    } else if (!toldStuck) {
      toldStuck = true;
      const space = worstSpace(reading);
      const data = { space, percent: Math.round(percentOf(reading.capacity, space)) };
      timeline.record({ kind: 'pool.stuck', level: 'error', data });
    }
    return reading;
  }

  /** Returns when to look again. */
  async function look(): Promise<number> {
    const hadRoom = gauge.hasRoom();
    const first = await measure();
    await overlayRelief.note().catch((error: unknown) => {
      log.warn({ err: error }, 'who is off is not known: their overlays stay');
    });
    const reading = await makeRoom(first);
    if (isRefusing(reading)) gauge.stopFilling(reading);
    const wasShort = !hadRoom || !hasRoom(first);
    if (wasShort && hasRoom(reading)) deps.prepareAll();
    return nextLookMs(reading, limitsOf(settings()));
  }

  async function lookAndGoOn(): Promise<void> {
    const againMs = await look().catch((error: unknown) => {
      log.warn({ err: error }, 'the pool could not be looked at');
      return afterFailureMs;
    });
    if (closed) return;
    timer = setTimeout(() => {
      round = lookAndGoOn();
    }, againMs);
  }

  return {
    /** Returns after the first look. */
    async start(): Promise<void> {
      round = lookAndGoOn();
      await round;
    },
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}

const toSample = (at: number, { totalBytes, usedBytes, metadata }: PoolReading['capacity']) =>
  ({
    at,
    totalBytes,
    usedBytes,
    metadataTotalBytes: metadata?.totalBytes ?? null,
    metadataUsedBytes: metadata?.usedBytes ?? null,
  }) satisfies PoolSample;
