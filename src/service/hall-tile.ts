import type { BootProgress, BootStage } from './boot-progress.ts';
import type { Host } from './host-fields.ts';
import type { HostRate } from './traffic.ts';

export const hostStates = ['running', 'super', 'booting', 'error', 'off'] as const;
export type HostState = (typeof hostStates)[number];

/** One PC as the hall shows it. Times are epoch milliseconds. */
export interface HallTile extends HostRate {
  mac: string;
  name: string;
  group: string | null;
  ip: string | null;
  entry: string | null;
  state: HostState;
  /** Where its boot is, or where it stopped. */
  stage: BootStage | null;
  os: string | null;
  /** Since when it is in this state; null: not known. */
  since: number | null;
  /** The kind of event that stopped it; `stuck`: nothing happened any more. */
  failure: string | null;
  isSuper: boolean;
}

export interface TileFacts {
  host: Host;
  progress: BootProgress | undefined;
  /** Undefined where it is not logged in to a disk. */
  session: HostRate | undefined;
  /** What its OS said the last time. */
  lastOs: string | null;
  now: number;
}

/** A PC that has its disk and says no more has an OS without our agent. */
const silentOsMs = 90_000;
/** Firmware and iPXE go on by themselves: nothing for so long is a stop. */
const stuckMs = { rom: 150_000, ipxe: 150_000, script: 120_000, disk: 180_000 };
/** Somebody switched it off, or it boots something that is none of ours. */
const forgottenMs = 20 * 60_000;

const nothing: HostRate = { readBytesPerSecond: 0, writtenBytesPerSecond: 0 };

/** What a PC's tile shows, from what is known of it. */
export function toTile({ host, progress, session, lastOs, now }: TileFacts): HallTile {
  const base = {
    mac: host.mac,
    name: host.name,
    group: host.group,
    ip: host.ip,
    entry: progress?.entry ?? host.entry,
    isSuper: host.super,
    ...(session ?? nothing),
  };
  const up = host.super ? ('super' as const) : ('running' as const);
  const quietMs = progress ? now - progress.since : 0;
  const stage = progress?.stage ?? null;

  if (progress?.failure && quietMs < forgottenMs) {
    const { since, failure } = progress;
    return { ...base, state: 'error', stage, os: null, since, failure };
  }
  if (session && (!progress || stage === null || stage === 'os' || quietMs > silentOsMs)) {
    const since = progress?.bootAt ?? null;
    const os = progress?.os ?? lastOs;
    return { ...base, state: up, stage: 'os', os, since, failure: null };
  }
  if (!progress || stage === null || (!session && quietMs > forgottenMs)) {
    const since = stage === null ? (progress?.since ?? null) : null;
    return { ...base, state: 'off', stage: null, os: null, since, failure: null };
  }
  // Its OS has told that it is up, and the session of the moment is not seen yet.
  if (stage === 'os') {
    const { os, bootAt: since } = progress;
    return { ...base, state: up, stage, os, since, failure: null };
  }
  const isStuck = !session && quietMs > stuckMs[stage];
  return {
    ...{ ...base, stage, os: null, since: isStuck ? progress.since : progress.bootAt },
    state: isStuck ? 'error' : 'booting',
    failure: isStuck ? 'stuck' : null,
  };
}
