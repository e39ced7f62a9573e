import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createCounters } from '../../../src/service/counters.ts';
import { createPoolGauge, type PoolGauge } from '../../../src/service/pool-gauge.ts';
import { createPoolWatch, type PoolWatch } from '../../../src/service/pool-watch.ts';
import { createSettings } from '../../../src/service/settings.ts';
import { createTimeline } from '../../../src/service/timeline.ts';
import type { Capacity, PoolSpace } from '../../../src/storage/volumes.ts';
import type { HostRow } from '../../../src/store/hosts.ts';
import { openStore, type Store } from '../../../src/store/store.ts';

const gibibyte = 1024 ** 3;
const poolGib = 1000;
/** Each PC's overlay, each old version, in percent of the pool. */
const overlayPercent = 1;
const versionPercent = 2;

describe('the pool watch', () => {
  let percent: number;
  let metadataPercent: number;
  let growableGib: number;
  let grownGib: number;
  let growthError: Error | undefined;
  let overlays: string[];
  let versions: number[];
  let prepared: number;
  let measuring: boolean;
  let beforeFreeing: () => Promise<void>;
  let noteError: Error | undefined;
  let store: Store;
  let gauge: PoolGauge;
  let watch: PoolWatch;
  let told: () => string[];

  const capacity = async (): Promise<Capacity> => {
    const totalBytes = (poolGib + grownGib) * gibibyte;
    const usedBytes = Math.min(totalBytes, (poolGib * gibibyte * percent) / 100);
    const metadata = {
      totalBytes: 4 * gibibyte,
      usedBytes: Math.round((4 * gibibyte * metadataPercent) / 100),
    };
    const health = usedBytes === totalBytes ? 'full' : 'good';
    return { totalBytes, usedBytes, metadata, health, growableBytes: growableGib * gibibyte };
  };
  async function growPool(space: PoolSpace, byBytes: number): Promise<void> {
    if (growthError) throw growthError;
    if (space === 'metadata') metadataPercent = (metadataPercent * 4) / 6;
    else grownGib += byBytes / gibibyte;
    growableGib -= byBytes / gibibyte;
  }
  async function freeOverlays(limit: number): Promise<HostRow[]> {
    await beforeFreeing();
    const freed = overlays.splice(0, limit);
    if (!measuring) percent -= freed.length * overlayPercent;
    return freed.map((name) => ({ name, mac: `52:54:00:00:00:${name.slice(-2)}` }) as HostRow);
  }
  async function freeVersion() {
    const number = versions.shift();
    if (number === undefined) return undefined;
    percent -= versionPercent;
    return { image: 'win', number };
  }

  beforeEach(() => {
    vi.useFakeTimers();
    [percent, metadataPercent, growableGib, grownGib, prepared] = [50, 10, 0, 0, 0];
    growthError = undefined;
    noteError = undefined;
    beforeFreeing = async () => {};
    measuring = false;
    overlays = [];
    versions = [];
    store = openStore(':memory:');
    const settings = createSettings(store).get;
    const now = Date.now;
    const timeline = createTimeline({
      store,
      counters: createCounters(),
      log: pino({ level: 'silent' }),
      now,
    });
    told = () =>
      timeline.list({}).map(({ kind, data }) => [kind.slice(5), ...Object.values(data)].join(' '));
    gauge = createPoolGauge({ capacity, settings, now });
    watch = createPoolWatch({
      gauge,
      samples: store.poolSamples,
      growPool,
      stopOwnBytes: async () => {
        measuring = false;
      },
      overlayRelief: {
        async note() {
          if (noteError) throw noteError;
        },
        free: freeOverlays,
      },
      freeVersion,
      prepareAll: () => {
        prepared += 1;
      },
      settings,
      timeline,
      log: pino({ level: 'silent' }),
    });
  });
  afterEach(async () => {
    await watch.close();
    vi.useRealTimers();
  });

  test('a roomy pool: a sample a minute, and nothing to tell', async () => {
    await watch.start();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(told()).toEqual([]);
    expect(store.poolSamples.list(0)).toHaveLength(11);
    expect(store.poolSamples.list(0)[0]).toMatchObject({ usedBytes: 500 * gibibyte });
    expect(prepared).toBe(0);
  });

  test('overlays go first, then versions, then it grows; each step is told, none is more than needed', async () => {
    overlays = Array.from({ length: 17 }, (_, index) => `pc-${index + 10}`);
    versions = [1, 2, 3, 4];
    growableGib = 500;
    await watch.start();
    percent = 94;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told().slice(0, 2)).toEqual(['warning data 94', 'overlays-freed pc-10']);
    expect(overlays).toEqual(['pc-26']);
    expect(versions).toEqual([1, 2, 3, 4]);
    expect(prepared).toBe(1);

    percent = 92;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told().slice(-5)).toEqual([
      'overlays-freed pc-25',
      'overlays-freed pc-26',
      'version-freed win 1',
      'version-freed win 2',
      'version-freed win 3',
    ]);
    expect(versions).toEqual([4]);
    expect(grownGib).toBe(0);

    versions = [];
    percent = 95;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told().slice(-3)).toEqual([
      'refusing data 95',
      `grown data ${100 * gibibyte}`,
      'recovered data 86',
    ]);
    expect(told()).not.toContain('stuck');
  });

  test('what holds back the space that is freed is ended first', async () => {
    overlays = ['pc-01', 'pc-02', 'pc-03', 'pc-04'];
    percent = 90;
    measuring = true;
    await watch.start();
    expect(percent).toBe(86);
    expect(told()).not.toContain('stuck data 90');
  });

  test('metadata grows at once, without anything being freed', async () => {
    overlays = ['pc-01'];
    growableGib = 50;
    metadataPercent = 62;
    await watch.start();
    expect(told()).toEqual([
      'warning metadata 62',
      `grown metadata ${2 * gibibyte}`,
      'recovered metadata 41',
    ]);
    expect(overlays).toEqual(['pc-01']);
  });

  test('where nothing is left to do, that is told once, and looked at often', async () => {
    percent = 96;
    growableGib = 100;
    growthError = new CafebootError('no_space', { path: 'cafe' });
    await watch.start();
    expect(gauge.hasRoom()).toBe(false);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(told()).toEqual(['refusing data 96', 'step-failed grow-data no_space', 'stuck data 96']);
    expect(store.poolSamples.list(0).length).toBeGreaterThanOrEqual(10);
    expect(store.poolSamples.list(0).length).toBeLessThanOrEqual(11);
    growthError = undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told().slice(-2)).toEqual([`grown data ${96 * gibibyte}`, 'recovered data 88']);
  });

  test('a pool that is full grows before anything else, and a copy into it stays', async () => {
    percent = 100;
    growableGib = 500;
    overlays = ['pc-01'];
    const copy = gauge.filling(new AbortController().signal, async (signal) => {
      await vi.advanceTimersByTimeAsync(1_000);
      return signal.aborted;
    });
    await watch.start();
    expect(told().slice(0, 3)).toEqual([
      'full',
      'refusing data 100',
      `grown data ${100 * gibibyte}`,
    ]);
    expect(await copy).toBe(false);
  });

  test('a copy into a pool that cannot be kept from filling up is stopped, and says why', async () => {
    await watch.start();
    await gauge.admit();
    const copy = gauge.filling(
      new AbortController().signal,
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new CafebootError('task_cancelled')));
        }),
    );
    const ended = expect(copy).rejects.toMatchObject({
      code: 'pool_nearly_full',
      context: { space: 'data', percent: 97, limitPercent: 95 },
    });
    percent = 97;
    await vi.advanceTimersByTimeAsync(60_000);
    await ended;
    await expect(gauge.admit()).rejects.toMatchObject({ code: 'pool_nearly_full' });
    percent = 50;
    await vi.advanceTimersByTimeAsync(60_000);
    await gauge.admit();
  });

  test('a copy is stopped before much is removed, not after', async () => {
    await watch.start();
    const copy = gauge.filling(new AbortController().signal, (signal) => {
      const aborted = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => aborted.reject(signal.reason));
      return aborted.promise;
    });
    const ended = expect(copy).rejects.toMatchObject({ code: 'pool_nearly_full' });
    overlays = ['pc-01'];
    const removed = Promise.withResolvers<void>();
    beforeFreeing = () => removed.promise;
    percent = 95;
    await vi.advanceTimersByTimeAsync(60_000);
    await ended;
    expect(percent).toBe(95);
    removed.resolve();
  });

  test('it grows even where nobody knows who is logged in', async () => {
    percent = 96;
    growableGib = 500;
    noteError = new Error('no answer from tgtd');
    await watch.start();
    expect(told()).toContain(`grown data ${100 * gibibyte}`);
  });

  test('a copy that somebody cancels is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const copy = gauge.filling(controller.signal, async (signal) => {
      if (signal.aborted) throw new CafebootError('task_cancelled');
    });
    await expect(copy).rejects.toMatchObject({ code: 'task_cancelled' });
  });
});
