import type { Capacity, PoolHealth, PoolSpace } from '../storage/volumes.ts';

/** How far a space has filled: from `free` on room is made, from `refuse` on nothing new is. */
export type PoolLevel = 'ok' | 'warn' | 'free' | 'refuse';

/** Of the pool as a whole, the worst that is true of it. */
export type PoolState = 'ok' | 'warn' | 'freeing' | 'refusing' | 'full' | 'read-only' | 'failed';

/** Where each level begins, in percent of a space. */
export type PoolLimits = Record<Exclude<PoolLevel, 'ok'>, number>;

/** What was measured, and what it means. */
export interface PoolReading {
  /** Epoch milliseconds. */
  at: number;
  capacity: Capacity;
  levels: Record<PoolSpace, PoolLevel>;
  state: PoolState;
}

const levels: readonly PoolLevel[] = ['ok', 'warn', 'free', 'refuse'];
export const isAtLeast = (level: PoolLevel, other: PoolLevel): boolean =>
  levels.indexOf(level) >= levels.indexOf(other);
const worse = (a: PoolLevel, b: PoolLevel): PoolLevel => (isAtLeast(a, b) ? a : b);

/** A level is left only this far below where it begins: use that hovers there is not told each minute. */
const hysteresisPercent = 3;

const nothing = { totalBytes: 0, usedBytes: 0 };
const sizeOf = (capacity: Capacity, space: PoolSpace) =>
  space === 'data' ? capacity : (capacity.metadata ?? nothing);

/** Of one space; 0 where the pool has none of that kind. */
export function percentOf(capacity: Capacity, space: PoolSpace): number {
  const { totalBytes, usedBytes } = sizeOf(capacity, space);
  return totalBytes > 0 ? (usedBytes / totalBytes) * 100 : 0;
}

/** `before` is the level until now. */
export function levelOf(percent: number, limits: PoolLimits, before: PoolLevel): PoolLevel {
  const reached = (slackPercent: number) =>
    levels.findLast((level) => level === 'ok' || percent >= limits[level] - slackPercent) ?? 'ok';
  const kept = reached(hysteresisPercent);
  return worse(reached(0), isAtLeast(kept, before) ? before : kept);
}

const stateNames = { ok: 'ok', warn: 'warn', free: 'freeing', refuse: 'refusing' } as const;

export function stateOf(health: PoolHealth, { data, metadata }: PoolReading['levels']): PoolState {
  return health === 'good' ? stateNames[worse(data, metadata)] : health;
}

const acceptingStates: readonly PoolState[] = ['ok', 'warn', 'freeing'];

/** Whether new drafts, images and versions are refused, and copies into the pool stopped. */
export const isRefusing = ({ state }: PoolReading): boolean => !acceptingStates.includes(state);

/** Whether what is not needed yet may be made. */
export const hasRoom = ({ state }: PoolReading): boolean => state === 'ok' || state === 'warn';

/** The space that is to blame for the state. */
export function worstSpace({ capacity, levels: { data, metadata } }: PoolReading): PoolSpace {
  if (capacity.health === 'read-only') return 'metadata';
  return capacity.health === 'full' || isAtLeast(data, metadata) ? 'data' : 'metadata';
}

/** Faster than any cafe fills its pool. */
const fastestBytesPerMs = { data: 500_000, metadata: 1_000 };
const soonestMs = 5_000;
const latestMs = 60_000;

/** When to measure again: half of the time in which the next level could be reached at the earliest. */
export function nextLookMs(
  { capacity }: PoolReading,
  limits: Record<PoolSpace, PoolLimits>,
): number {
  if (capacity.health !== 'good') return soonestMs;
  const earliest = (['data', 'metadata'] as const).map((space) => {
    const { totalBytes } = sizeOf(capacity, space);
    if (totalBytes === 0) return latestMs;
    const percent = percentOf(capacity, space);
    const { warn, free, refuse } = limits[space];
    const next = [warn, free, refuse].find((limit) => limit > percent) ?? 100;
    return (((next - percent) / 100) * totalBytes) / fastestBytesPerMs[space] / 2;
  });
  return Math.max(soonestMs, Math.min(latestMs, ...earliest));
}
