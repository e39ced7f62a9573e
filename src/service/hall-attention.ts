import type { HallTile } from './hall-tile.ts';
import type { PoolStatus } from './pool-status.ts';
import type { Task } from './tasks.ts';
import type { TimelineEvent } from './timeline.ts';

/** What an administrator should look at; each has a text and a remedy in the console's texts. */
export const attentionCodes = [
  'no-images',
  'no-entries',
  'no-hosts',
  'unknown-hosts',
  'hosts-stopped',
  'pool-bad',
  'pool-filling',
  'pool-soon-full',
  'tasks-failed',
  'callers-refused',
] as const;
export type AttentionCode = (typeof attentionCodes)[number];

/** `data` fills the texts. */
export interface Attention {
  code: AttentionCode;
  level: 'info' | 'warn' | 'error';
  data: Record<string, string | number>;
}

export interface AttentionFacts {
  tiles: readonly HallTile[];
  pool: PoolStatus;
  imageCount: number;
  entryCount: number;
  unknownCount: number;
  tasks: readonly Task[];
  /** The latest ones. */
  events: readonly TimelineEvent[];
  now: number;
}

const recentMs = 24 * 3_600_000;
const soonDays = 14;
const shownNames = 5;

/** What needs attention now, the worst first. */
export function findAttention(facts: AttentionFacts): Attention[] {
  const { tiles, pool, now } = facts;
  const found: Attention[] = [];
  const add = (level: Attention['level'], code: AttentionCode, data: Attention['data'] = {}) =>
    found.push({ code, level, data });

  const percent = Math.round(pool.data.percent);
  if (pool.state === 'full' || pool.state === 'read-only' || pool.state === 'failed') {
    add('error', 'pool-bad', { state: pool.state });
  } else if (pool.state !== 'ok') add('warn', 'pool-filling', { percent });
  else if (pool.data.fullInDays !== null && pool.data.fullInDays < soonDays) {
    add('warn', 'pool-soon-full', { days: Math.max(1, Math.round(pool.data.fullInDays)) });
  }

  const stopped = tiles.filter(({ state }) => state === 'error').map(({ name }) => name);
  if (stopped.length > 0) {
    add('error', 'hosts-stopped', { count: stopped.length, names: namesOf(stopped) });
  }
  const failed = facts.tasks.filter(
    ({ state, endedAt }) => state === 'failed' && now - (endedAt ?? 0) < recentMs,
  );
  if (failed.length > 0) {
    const subjects = failed.map(({ subject }) => subject);
    add('warn', 'tasks-failed', { count: failed.length, names: namesOf(subjects) });
  }
  const callers = facts.events
    .filter(({ kind, at }) => kind === 'thrift.refused' && now - at < recentMs)
    .map(({ data }) => String(data.address));
  if (callers.length > 0) add('warn', 'callers-refused', { names: namesOf(callers) });
  if (facts.unknownCount > 0) add('info', 'unknown-hosts', { count: facts.unknownCount });
  if (facts.imageCount === 0) add('info', 'no-images');
  else if (facts.entryCount === 0) add('info', 'no-entries');
  else if (tiles.length === 0 && facts.unknownCount === 0) add('info', 'no-hosts');

  const levels = ['error', 'warn', 'info'];
  return found.sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
}

/** The first few of them. */
function namesOf(names: readonly string[]): string {
  const different = [...new Set(names)];
  const shown = different.slice(0, shownNames).join(', ');
  return different.length > shownNames ? `${shown} …` : shown;
}
