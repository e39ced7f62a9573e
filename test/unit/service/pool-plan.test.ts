import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { poolEvents } from '../../../src/service/pool-events.ts';
import { nextPoolStep, type StepKey, stepKey } from '../../../src/service/pool-plan.ts';
import {
  hasRoom,
  isAtLeast,
  isRefusing,
  levelOf,
  nextLookMs,
  type PoolLevel,
  type PoolReading,
  stateOf,
  worstSpace,
} from '../../../src/service/pool-state.ts';
import type { PoolHealth } from '../../../src/storage/volumes.ts';

const gibibyte = 1024 ** 3;
const limits = {
  data: { warn: 80, free: 90, refuse: 95 },
  metadata: { warn: 50, free: 60, refuse: 70 },
};

interface Use {
  data?: number;
  metadata?: number;
  health?: PoolHealth;
  growableBytes?: number;
}

/** A pool of 1000 GiB with 4 GiB of metadata, filled to these percents. */
function reading(use: Use, before?: PoolReading): PoolReading {
  const { data = 10, metadata = 10, health = 'good', growableBytes = 0 } = use;
  const size = (totalGib: number, percent: number) => ({
    totalBytes: totalGib * gibibyte,
    usedBytes: (totalGib * gibibyte * percent) / 100,
  });
  const levels = {
    data: levelOf(data, limits.data, before?.levels.data ?? 'ok'),
    metadata: levelOf(metadata, limits.metadata, before?.levels.metadata ?? 'ok'),
  };
  const capacity = { ...size(1000, data), metadata: size(4, metadata), health, growableBytes };
  return { at: 0, capacity, levels, state: stateOf(health, levels) };
}

describe('levels', () => {
  test.each<[PoolLevel, number, PoolLevel]>([
    ['ok', 79.9, 'ok'],
    ['ok', 80, 'warn'],
    ['ok', 96, 'refuse'],
    ['warn', 77.1, 'warn'],
    ['warn', 76.9, 'ok'],
    ['free', 87.5, 'free'],
    ['free', 86, 'warn'],
    ['refuse', 93, 'refuse'],
    ['refuse', 91, 'free'],
    ['refuse', 88, 'free'],
    ['refuse', 10, 'ok'],
    ['warn', 90, 'free'],
  ])('%s at %d % is %s', (before, percent, after) => {
    expect(levelOf(percent, limits.data, before)).toBe(after);
  });

  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const level = fc.constantFrom<PoolLevel>('ok', 'warn', 'free', 'refuse');

  test('a level that stays the same for the same use is never left and entered again', () => {
    fc.assert(
      fc.property(percent, level, (use, before) => {
        const once = levelOf(use, limits.data, before);
        expect(levelOf(use, limits.data, once)).toBe(once);
        expect(isAtLeast(once, levelOf(use, limits.data, 'ok'))).toBe(true);
      }),
    );
  });

  test('use that hovers by less than the slack is told once', () => {
    const wobble = fc.array(fc.double({ min: 79, max: 81, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(wobble, (uses) => {
        let before: PoolReading | undefined;
        const told = uses.flatMap((data) => {
          const after = reading({ data }, before);
          const events = poolEvents(before, after);
          before = after;
          return events;
        });
        expect(told.length).toBe(uses.some((data) => data >= 80) ? 1 : 0);
      }),
    );
  });
});

describe('the state', () => {
  test.each<[Use, string, boolean, boolean]>([
    [{}, 'ok', true, false],
    [{ data: 85 }, 'warn', true, false],
    [{ metadata: 61 }, 'freeing', false, false],
    [{ data: 91, metadata: 55 }, 'freeing', false, false],
    [{ metadata: 71 }, 'refusing', false, true],
    [{ data: 100, health: 'full' }, 'full', false, true],
    [{ metadata: 100, health: 'read-only' }, 'read-only', false, true],
    [{ health: 'failed' }, 'failed', false, true],
  ])('%j is %s', (use, state, room, refuses) => {
    const now = reading(use);
    expect([now.state, hasRoom(now), isRefusing(now)]).toEqual([state, room, refuses]);
  });

  test('names the space that is to blame', () => {
    expect(worstSpace(reading({ data: 91, metadata: 55 }))).toBe('data');
    expect(worstSpace(reading({ data: 81, metadata: 65 }))).toBe('metadata');
    expect(worstSpace(reading({ data: 99, metadata: 99, health: 'read-only' }))).toBe('metadata');
  });
});

describe('what to do', () => {
  /** All steps, as if none brought anything. */
  function allSteps(use: Use, mayGrow = true) {
    const spent = new Set<StepKey>();
    for (;;) {
      const step = nextPoolStep(reading(use), mayGrow, spent);
      if (!step) return [...spent];
      expect(spent.has(stepKey(step))).toBe(false);
      spent.add(stepKey(step));
    }
  }
  const growableBytes = 500 * gibibyte;

  test.each<[string, Use, StepKey[]]>([
    ['a roomy pool', { growableBytes }, []],
    ['a pool that warns', { data: 85, metadata: 55, growableBytes }, []],
    [
      'data that fills',
      { data: 91, growableBytes },
      ['free-overlays', 'free-version', 'grow-data'],
    ],
    ['data, with nothing in the group', { data: 97 }, ['free-overlays', 'free-version']],
    [
      'metadata that fills',
      { metadata: 61, growableBytes },
      ['grow-metadata', 'free-overlays', 'free-version'],
    ],
    [
      'data that is full: PCs’ writes fail',
      { data: 100, health: 'full', growableBytes },
      ['grow-data', 'free-overlays', 'free-version'],
    ],
    [
      'a read-only pool',
      { data: 95, metadata: 100, health: 'read-only', growableBytes },
      ['grow-metadata'],
    ],
    ['a failed pool', { data: 99, health: 'failed', growableBytes }, []],
  ])('%s', (_, use, expected) => {
    expect(allSteps(use)).toEqual(expected);
  });

  test('it does not grow where it may not', () => {
    expect(allSteps({ data: 97, metadata: 97, growableBytes }, false)).toEqual([
      'free-overlays',
      'free-version',
    ]);
  });

  test('data grows by a tenth, metadata by half; data leaves what metadata may need', () => {
    const grow = (use: Use) => {
      const spent = new Set<StepKey>(['free-overlays', 'free-version']);
      const step = nextPoolStep(reading(use), true, spent);
      return step?.action === 'grow' ? [step.space, step.byBytes / gibibyte] : undefined;
    };
    expect(grow({ data: 91, growableBytes })).toEqual(['data', 100]);
    expect(grow({ data: 91, growableBytes: 50 * gibibyte })).toEqual(['data', 46]);
    expect(grow({ data: 91, growableBytes: 4 * gibibyte })).toBeUndefined();
    expect(grow({ metadata: 65, growableBytes: 4 * gibibyte })).toEqual(['metadata', 2]);
    expect(grow({ metadata: 65, growableBytes: gibibyte })).toEqual(['metadata', 0.5]);
    expect(grow({ metadata: 65, growableBytes: 4096 })).toBeUndefined();
  });
});

describe('what is told', () => {
  const tell = (...uses: Use[]) => {
    let before: PoolReading | undefined;
    return uses.map((use) => {
      const after = reading(use, before);
      const events = poolEvents(before, after);
      before = after;
      return events.map(({ kind, data }) => [kind, ...Object.values(data ?? {})].join(' '));
    });
  };

  test('each threshold once on the way up and once on the way down', () => {
    const uses = [79, 81, 84, 91, 96, 99, 94, 90, 85, 79, 70];
    expect(tell(...uses.map((data) => ({ data })))).toEqual([
      [],
      ['pool.warning data 81'],
      [],
      [],
      ['pool.refusing data 96'],
      [],
      [],
      ['pool.recovered data 90'],
      [],
      [],
      ['pool.recovered data 70'],
    ]);
  });

  test('data and metadata on their own, and what the pool itself says', () => {
    expect(
      tell(
        { metadata: 52 },
        { metadata: 100, data: 82, health: 'read-only' },
        { metadata: 100, data: 82, health: 'read-only' },
        { metadata: 40, data: 100, health: 'full' },
        { metadata: 40, data: 91 },
      ),
    ).toEqual([
      ['pool.warning metadata 52'],
      ['pool.read-only', 'pool.warning data 82', 'pool.refusing metadata 100'],
      [],
      ['pool.full', 'pool.refusing data 100', 'pool.recovered metadata 40'],
      ['pool.recovered data 91'],
    ]);
  });
});

test('the next look comes before the next level can be reached', () => {
  const next = (use: Use) => nextLookMs(reading(use), limits);
  expect(next({})).toBe(60_000);
  expect(next({ data: 79 })).toBeCloseTo((10 * gibibyte) / 500_000 / 2, 0);
  expect(next({ data: 94.9 })).toBe(5_000);
  expect(next({ data: 99 })).toBeLessThan(11_000);
  expect(next({ metadata: 69.9 })).toBe(5_000);
  expect(next({ data: 100, health: 'full' })).toBe(5_000);
});
