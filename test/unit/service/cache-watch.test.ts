import { expect, test } from 'vitest';
import { createCacheWatch, judgeCache } from '../../../src/service/cache-watch.ts';
import type { CacheUse } from '../../../src/storage/read-cache.ts';
import { createFakeServices } from '../../fakes/services.ts';

const gib = 1024 ** 3;
const use = (readGib: number, diskReadGib: number, cachedGib = 20): CacheUse => ({
  readBytes: readGib * gib,
  diskReadBytes: diskReadGib * gib,
  cachedBytes: cachedGib * gib,
  freeBytes: gib,
});

test('the hit rate is of what was read since then; nothing read, nothing said', () => {
  expect(judgeCache(use(100, 20), use(200, 30))).toMatchObject({ hitRate: 0.9, isTooSmall: false });
  expect(judgeCache(use(5, 5), use(5, 5)).hitRate).toBeNull();
  // Read ahead, and counters that began anew.
  expect(judgeCache(use(0, 0), use(1, 1.2)).hitRate).toBe(0);
  expect(judgeCache(use(500, 100), use(10, 5)).hitRate).toBe(0.5);
});

test('memory is too small where more than it holds is read anew, mostly from the disk', () => {
  expect(judgeCache(use(0, 0), use(60, 50)).isTooSmall).toBe(true);
  expect(judgeCache(use(0, 0), use(600, 50)).isTooSmall).toBe(false);
  expect(judgeCache(use(0, 0), use(20, 20)).isTooSmall).toBe(false);
  expect(judgeCache(use(0, 0, 0), use(0.5, 0.5, 0)).isTooSmall).toBe(false);
});

test('it is told once a day, and an hour is what counts', async () => {
  const fake = await createFakeServices();
  const { timeline } = fake.services;
  let current: CacheUse | undefined = use(0, 0);
  const now = () => fake.clock.now;
  const watch = createCacheWatch({ use: async () => current, timeline, now });
  const told = () => timeline.list({ limit: 10 }).filter(({ kind }) => kind.includes('cache'));
  await watch.look();
  current = use(60, 50);
  fake.clock.now += 60_000;
  expect(await watch.look()).toMatchObject({ isTooSmall: true });
  expect(await watch.look()).toMatchObject({ isTooSmall: true });
  expect(told()).toHaveLength(1);
  fake.clock.now += 2 * 3_600_000;
  expect(await watch.look()).toMatchObject({ isTooSmall: false, hitRate: null });
  current = undefined;
  expect(await watch.look()).toBeUndefined();
  await fake.services.close();
});
