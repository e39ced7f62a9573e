import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCounters } from '../../../src/service/counters.ts';
import { createSessionWatch, type SessionWatch } from '../../../src/service/session-watch.ts';
import { createTimeline } from '../../../src/service/timeline.ts';
import type { Session } from '../../../src/storage/targets.ts';
import { openStore } from '../../../src/store/store.ts';

const mac = '52:54:00:00:00:01';
const target = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
const session = (id: string): Session => ({
  id,
  target,
  initiator: target,
  address: '10.0.0.1',
  readBytes: 5,
  writtenBytes: 6,
});

describe('the session watch', () => {
  let current: Session[];
  let watch: SessionWatch;
  let kinds: () => string[];

  beforeEach(() => {
    vi.useFakeTimers();
    current = [];
    const store = openStore(':memory:');
    const now = () => Date.now();
    const timeline = createTimeline({
      store,
      counters: createCounters(),
      log: pino({ level: 'silent' }),
      now,
    });
    kinds = () => timeline.list({}).map(({ kind }) => kind);
    const log = pino({ level: 'silent' });
    watch = createSessionWatch({ sessions: async () => current, timeline, log, now });
  });
  afterEach(async () => {
    await watch.close();
    vi.useRealTimers();
  });

  test('a login is told once, also when iPXE hands over to the OS', async () => {
    watch.expect(target, mac);
    await vi.advanceTimersByTimeAsync(1_000);
    current = [session('1')];
    await vi.advanceTimersByTimeAsync(1_000);
    current = [];
    await vi.advanceTimersByTimeAsync(30_000);
    current = [session('2')];
    await vi.advanceTimersByTimeAsync(60_000);
    expect(kinds()).toEqual(['boot.disk']);
  });

  test('a PC that is switched off is told a minute later', async () => {
    watch.expect(target, mac);
    current = [session('1')];
    await vi.advanceTimersByTimeAsync(10_000);
    current = [];
    await vi.advanceTimersByTimeAsync(70_000);
    expect(kinds()).toEqual(['boot.disk', 'boot.disk-gone']);
  });

  test('a session that lingers from the boot before is not taken for a login', async () => {
    watch.expect(target, mac);
    current = [session('1')];
    await vi.advanceTimersByTimeAsync(10_000);
    watch.expect(target, mac);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(kinds()).toEqual(['boot.disk']);
    current = [session('1'), session('2')];
    await vi.advanceTimersByTimeAsync(10_000);
    expect(kinds()).toEqual(['boot.disk', 'boot.disk']);
  });

  test('a PC that never logs in is given up quietly', async () => {
    watch.expect(target, mac);
    await vi.advanceTimersByTimeAsync(150_000);
    current = [session('1')];
    await vi.advanceTimersByTimeAsync(10_000);
    expect(kinds()).toEqual([]);
  });
});
