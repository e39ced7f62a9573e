import { expect, test } from 'vitest';
import type { PoolSample } from '../../../src/store/pool-samples.ts';
import { openStore } from '../../../src/store/store.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const start = 1_700_000_000_000 - (1_700_000_000_000 % dayMs);

const sample = (at: number, usedBytes: number): PoolSample => ({
  at,
  totalBytes: 4e12,
  usedBytes,
  metadataTotalBytes: 4e9,
  metadataUsedBytes: Math.round(usedBytes / 1000),
});

test('samples come back in order of time, from a time on; a second one of the same time replaces it', () => {
  const { poolSamples } = openStore(':memory:');
  poolSamples.add(sample(start + 2 * minuteMs, 3e12));
  poolSamples.add({ ...sample(start, 1), metadataTotalBytes: null, metadataUsedBytes: null });
  poolSamples.add(sample(start + minuteMs, 2));
  poolSamples.add(sample(start + minuteMs, 2e12));
  expect(poolSamples.list(0).map(({ usedBytes }) => usedBytes)).toEqual([1, 2e12, 3e12]);
  expect(poolSamples.list(start + 1)).toEqual([
    sample(start + minuteMs, 2e12),
    sample(start + 2 * minuteMs, 3e12),
  ]);
});

test('old samples thin out to the fullest of each hour, and the oldest go: the history is bounded', () => {
  const { poolSamples } = openStore(':memory:');
  const now = start + 4 * dayMs;
  for (let at = start; at < now; at += minuteMs) {
    const minute = (at / minuteMs) % 60;
    poolSamples.add(sample(at, minute === 17 ? 900 : minute));
  }
  const limits = { hourlyBefore: now - dayMs, forgetBefore: now - 3 * dayMs };
  poolSamples.thin(limits);
  const hourly = poolSamples.list(0).filter(({ at }) => at < limits.hourlyBefore);
  expect(hourly.map(({ at }) => at)).toEqual(
    Array.from({ length: 48 }, (_, hour) => start + dayMs + hour * hourMs + 17 * minuteMs),
  );
  expect(hourly.every(({ usedBytes }) => usedBytes === 900)).toBe(true);
  expect(poolSamples.list(limits.hourlyBefore)).toHaveLength(24 * 60);
  const before = poolSamples.list(0);
  poolSamples.thin(limits);
  expect(poolSamples.list(0)).toEqual(before);
});
