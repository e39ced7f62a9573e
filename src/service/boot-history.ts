import { type BootStop, bootStop } from './boot-stops.ts';
import type { TimelineEvent } from './timeline.ts';

/** How far a boot can get, in this order. Each has a text under `bootStage.<stage>`. */
export const bootStages = ['rom', 'file', 'ipxe', 'menu', 'script', 'disk', 'os'] as const;
export type BootStage = (typeof bootStages)[number];

/**
 * `up`: its OS says so; `attached`: it has its disk, and its OS tells us nothing; `booting`: under way;
 * `stopped`: it went no further. Each has a text under `bootOutcome.<outcome>`.
 */
export const bootOutcomes = ['up', 'attached', 'booting', 'stopped'] as const;
export type BootOutcome = (typeof bootOutcomes)[number];

/** One stage: when it was reached, and how long the one before it had taken by then. */
export interface ReachedStage {
  stage: BootStage;
  at: number;
  /** Since the stage before; 0 for the first. */
  durationMs: number;
}

/** One boot of a PC. Times in epoch milliseconds. */
export interface Boot {
  startedAt: number;
  /** Of the last that was heard of it. */
  lastAt: number;
  /** When its disk went; null while it has it, or never had one. */
  endedAt: number | null;
  stages: ReachedStage[];
  /** What it booted: an entry, a tool, an image that it captures to; null where it never asked. */
  what: string | null;
  os: string | null;
  /** From the first packet to the OS, or to the disk; null before that. */
  durationMs: number | null;
  outcome: BootOutcome;
  /** Why it went no further, and what that usually means. */
  stop: BootStop | null;
}

/** The events of one boot, in order of time. */
interface Group {
  events: TimelineEvent[];
  reached: Map<BootStage, number>;
}

/** A PC that says nothing for so long has stopped, or begins anew when it comes again. */
export const quietMs = 120_000;

/** A PC's boots out of its events, which are in order of time; the newest boot first. */
export function groupBoots(events: readonly TimelineEvent[], now: number): Boot[] {
  const groups: Group[] = [];
  for (const event of events) {
    if (!event.kind.startsWith('boot.')) continue;
    const current = groups.at(-1);
    const stage = stageOf(event);
    const group = current && !begins(event, stage, current) ? current : newGroup(groups);
    group.events.push(event);
    if (stage && !group.reached.has(stage)) group.reached.set(stage, event.at);
  }
  return groups.map((group) => toBoot(group, now)).reverse();
}

function newGroup(groups: Group[]): Group {
  const group = { events: [], reached: new Map() };
  groups.push(group);
  return group;
}

function stageOf({ kind, level, data }: TimelineEvent): BootStage | undefined {
  switch (kind) {
    case 'boot.dhcp':
      return data.stage === 'rom' ? 'rom' : 'ipxe';
    case 'boot.tftp':
      return level === 'info' ? 'file' : undefined;
    case 'boot.http':
      return 'file';
    case 'boot.script':
      return data.script === 'menu' ? 'menu' : 'script';
    case 'boot.disk':
      return 'disk';
    case 'boot.os':
      return 'os';
    default:
      return undefined;
  }
}

/** Whether an event is the first of another boot. */
function begins(event: TimelineEvent, stage: BootStage | undefined, { events, reached }: Group) {
  // What comes late belongs to the boot that it ends.
  if (event.kind === 'boot.disk-gone' || stage === 'disk' || stage === 'os') return false;
  const last = events.at(-1);
  const isQuiet = last !== undefined && event.at - last.at > quietMs;
  // Firmware asks several times before it fetches anything.
  if (stage === 'rom') return isQuiet || [...reached.keys()].some((each) => each !== 'rom');
  const hasDisk = reached.has('disk') || reached.has('os');
  // A card with an iPXE of its own begins there, and so does one that goes back to its menu.
  return hasDisk || (isQuiet && (stage === 'ipxe' || stage === 'file'));
}

function toBoot({ events, reached }: Group, now: number): Boot {
  const [first] = events;
  const last = events.at(-1);
  const startedAt = first?.at ?? now;
  const lastAt = last?.at ?? startedAt;
  const gone = events.findLast(({ kind }) => kind === 'boot.disk-gone');
  const script = events.findLast((event) => stageOf(event) === 'script');
  const os = events.findLast(({ kind }) => kind === 'boot.os');
  const endAt = reached.get('os') ?? reached.get('disk');
  const stop = bootStop({
    events,
    has: (stage) => reached.has(stage),
    isOver: now - lastAt > quietMs,
  });
  return {
    startedAt,
    lastAt,
    endedAt: gone?.at ?? null,
    stages: toStages(reached),
    what: script ? String(script.data.entry ?? '') : null,
    os: os ? [os.data.os, os.data.version].filter(Boolean).join(' ') : null,
    durationMs: endAt === undefined ? null : endAt - startedAt,
    outcome: outcomeOf(reached, stop),
    stop: reached.has('os') ? null : (stop ?? null),
  };
}

function outcomeOf(reached: Group['reached'], stop: BootStop | undefined): BootOutcome {
  if (reached.has('os')) return 'up';
  if (stop) return 'stopped';
  return reached.has('disk') ? 'attached' : 'booting';
}

function toStages(reached: Group['reached']): ReachedStage[] {
  const ordered = [...reached].sort(([, a], [, b]) => a - b);
  return ordered.map(([stage, at], index) => {
    const before = ordered[index - 1]?.[1] ?? at;
    return { stage, at, durationMs: at - before };
  });
}
