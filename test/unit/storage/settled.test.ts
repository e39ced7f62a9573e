import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSettled } from '../../../src/storage/settled.ts';

let saves: number;
const save = async () => {
  saves += 1;
};

beforeEach(() => {
  vi.useFakeTimers();
  saves = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test('changes that settle are saved once, and what is not saved yet at the end', async () => {
  const saved = createSettled(save, () => {});
  for (let count = 0; count < 3; count++) {
    saved.changed();
    await vi.advanceTimersByTimeAsync(9_000);
  }
  expect(saves).toBe(0);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(saves).toBe(1);
  saved.changed();
  await saved.close();
  await saved.close();
  expect(saves).toBe(2);
});

test('changes that never settle are saved every five minutes', async () => {
  const saved = createSettled(save, () => {});
  for (let count = 0; count < 305; count++) {
    saved.changed();
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(saves).toBeGreaterThanOrEqual(4);
  expect(saves).toBeLessThanOrEqual(5);
  await saved.close();
});
