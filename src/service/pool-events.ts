import type { PoolHealth, PoolSpace } from '../storage/volumes.ts';
import { type PoolLevel, type PoolReading, percentOf } from './pool-state.ts';
import type { NewEvent } from './timeline.ts';

const healthKinds = {
  full: 'pool.full',
  'read-only': 'pool.read-only',
  failed: 'pool.failed',
} as const;

/** What is to be told, now that the pool is another than `before`; before the first look it was fine. */
export function poolEvents(before: PoolReading | undefined, after: PoolReading): NewEvent[] {
  const health = healthEvents(before?.capacity.health ?? 'good', after.capacity.health);
  const spaces = (['data', 'metadata'] as const).flatMap((space) => {
    const percent = Math.round(percentOf(after.capacity, space));
    return levelEvents(before?.levels[space] ?? 'ok', after.levels[space], { space, percent });
  });
  return [...health, ...spaces];
}

function healthEvents(before: PoolHealth, after: PoolHealth): NewEvent[] {
  if (after === before || after === 'good') return [];
  return [{ kind: healthKinds[after], level: 'error' }];
}

function levelEvents(
  before: PoolLevel,
  after: PoolLevel,
  data: { space: PoolSpace; percent: number },
): NewEvent[] {
  if (after === before) return [];
  if (after === 'refuse') return [{ kind: 'pool.refusing', level: 'error', data }];
  if (before === 'ok') return [{ kind: 'pool.warning', level: 'warn', data }];
  const isRelief = after === 'ok' || before === 'refuse';
  return isRelief ? [{ kind: 'pool.recovered', data }] : [];
}
