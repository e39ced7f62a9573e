import type { EventRow } from '../store/events.ts';

/** Where a boot is. */
export const bootStages = ['rom', 'ipxe', 'script', 'disk', 'os'] as const;
export type BootStage = (typeof bootStages)[number];

/** What the events of one PC say of it. Times are epoch milliseconds. */
export interface BootProgress {
  /** Null: it is off, as far as is known. */
  stage: BootStage | null;
  /** Since when it is at this stage, or off. */
  since: number;
  /** When this boot began. */
  bootAt: number;
  /** What its OS said that it is. */
  os: string | null;
  entry: string | null;
  /** The kind of the event that ended its boot. */
  failure: string | null;
}

/** Kinds of events that end a boot. */
export const bootFailures = ['boot.failed', 'boot.refused', 'overlay.failed', 'firmware.stuck'];

/** The stage that an event shows to be reached; undefined: it says nothing of it. */
function stageOf({ kind, data }: Pick<EventRow, 'kind' | 'data'>): BootStage | undefined {
  if (kind === 'boot.dhcp') return data.stage === 'rom' ? 'rom' : 'ipxe';
  if (kind === 'boot.script') return 'script';
  if (kind === 'boot.disk') return 'disk';
  if (kind === 'boot.os') return 'os';
  return undefined;
}

/** What is known after one more event of the PC; `undefined`: nothing was, and still is. */
export function foldBoot(
  before: BootProgress | undefined,
  event: Pick<EventRow, 'kind' | 'data' | 'at'>,
): BootProgress | undefined {
  const { kind, at, data } = event;
  if (kind === 'boot.disk-gone') return progressFrom(at, { bootAt: before?.bootAt ?? at });
  if (bootFailures.includes(kind)) {
    return { ...(before ?? progressFrom(at)), since: at, failure: kind };
  }
  const stage = stageOf(event);
  if (stage === undefined) return before;
  const begins = stage === 'rom' || before === undefined || before.stage === null;
  const boot = begins ? progressFrom(at) : before;
  return {
    stage,
    since: !begins && before.stage === stage ? before.since : at,
    bootAt: begins && before?.stage === 'rom' ? before.bootAt : boot.bootAt,
    os: stage === 'os' ? textOf(data.os) : boot.os,
    entry: stage === 'script' ? (textOf(data.entry) ?? boot.entry) : boot.entry,
    failure: null,
  };
}

const progressFrom = (at: number, more: Partial<BootProgress> = {}): BootProgress => ({
  ...{ stage: null, since: at, bootAt: at, os: null, entry: null, failure: null },
  ...more,
});

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
