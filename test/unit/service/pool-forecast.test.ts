import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecastFullInDays } from '../../../src/service/pool-forecast.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const gigabyte = 1e9;

/** A sample an hour over so many days, the last one now. */
const history = (days: number, usedAt: (day: number) => number) =>
  Array.from({ length: days * 24 + 1 }, (_, hour) => {
    const usedBytes = usedAt(hour / 24);
    return { at: 1_700_000_000_000 + hour * hourMs, usedBytes };
  });

describe('the forecast', () => {
  test('of even growth is when it will be full', () => {
    const points = history(7, (day) => 100 * gigabyte + day * 10 * gigabyte);
    expect(forecastFullInDays(points, 270 * gigabyte)).toBeCloseTo(10, 0);
  });

  test('looks at days, not at what PCs write by day and give back at night', () => {
    const points = history(7, (day) => {
      const byDay = Math.max(0, Math.sin((day % 1) * 2 * Math.PI)) * 200 * gigabyte;
      return 100 * gigabyte + Math.floor(day) * gigabyte + byDay;
    });
    expect(forecastFullInDays(points, 400 * gigabyte)).toBeGreaterThan(80);
  });

  test.each([
    ['nothing', []],
    ['one sample', history(0, () => 5)],
    ['a day', history(1, (day) => day * gigabyte)],
    ['two days and some hours', history(2, (day) => day * gigabyte).slice(-50)],
  ])('%s says nothing', (_, points) => {
    expect(forecastFullInDays(points, 10 * gigabyte)).toBeUndefined();
  });

  test('a pool that stays or shrinks is never full', () => {
    const full = 100 * gigabyte;
    expect(
      forecastFullInDays(
        history(9, () => 50),
        full,
      ),
    ).toBeUndefined();
    expect(
      forecastFullInDays(
        history(9, (day) => (10 - day) * gigabyte),
        full,
      ),
    ).toBeUndefined();
  });

  test('one import does not make it grow like that every day, nor does one clean-up end its growth', () => {
    const withImport = history(10, (day) => (day > 5 ? 60 : 0) * gigabyte + day * gigabyte);
    expect(forecastFullInDays(withImport, 170 * gigabyte)).toBeGreaterThan(50);
    const cleaned = history(10, (day) => (day > 5 ? 20 : 60) * gigabyte + day * 2 * gigabyte);
    expect(forecastFullInDays(cleaned, 140 * gigabyte)).toBeCloseTo(50, 0);
  });

  test('what is more than a year away is as good as never; what is over full is full now', () => {
    const points = history(7, (day) => day * gigabyte);
    expect(forecastFullInDays(points, 1_000 * gigabyte)).toBeUndefined();
    expect(forecastFullInDays(points, 3 * gigabyte)).toBe(0);
  });

  test('a server that was off for days is no reason not to tell', () => {
    const points = history(10, (day) => day * gigabyte);
    const withGap = points.filter((_, hour) => hour < 72 || hour > 168);
    expect(forecastFullInDays(withGap, 20 * gigabyte)).toBeCloseTo(10, 0);
  });

  test('whatever was measured, it is a number of days or nothing', () => {
    const sample = fc.record({
      at: fc.integer({ min: 0, max: 60 * dayMs }),
      usedBytes: fc.nat(1e12),
    });
    fc.assert(
      fc.property(fc.array(sample), fc.nat(1e12), (samples, totalBytes) => {
        const points = samples.sort((a, b) => a.at - b.at);
        const days = forecastFullInDays(points, totalBytes);
        if (days === undefined) return;
        expect(days).toBeGreaterThanOrEqual(0);
        expect(days).toBeLessThanOrEqual(365);
      }),
    );
  });
});
