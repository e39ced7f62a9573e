import type { Session } from '../storage/targets.ts';
import { type BootProgress, foldBoot } from './boot-progress.ts';
import { type HallTile, type Throughput, toTile } from './hall-tile.ts';
import type { Host } from './host-fields.ts';
import type { Hosts } from './hosts.ts';
import type { OsReports } from './os-reports.ts';
import type { Presences } from './presence.ts';
import type { SessionWatch } from './session-watch.ts';
import { createThroughputMeter } from './throughput.ts';
import type { Timeline, TimelineEvent } from './timeline.ts';

export interface HallDeps {
  hosts: Hosts;
  timeline: Timeline;
  sessionWatch: SessionWatch;
  presences: Presences;
  osReports: OsReports;
  now: () => number;
}

export type Hall = ReturnType<typeof createHall>;

/** So many events of before the start say where PCs are. */
const replayed = 5_000;
/** A stop is no event: it is noticed by looking. */
const lookEveryMs = 5_000;
/** The longest unseen MAC is forgotten; those in no list count too. */
const progressLimit = 4_096;

/** What every PC is doing now, in memory, kept up by the timeline and by the target server's sessions. */
export function createHall(deps: HallDeps) {
  const { hosts, timeline, sessionWatch, presences, osReports, now } = deps;
  const listeners = new Set<() => void>();
  const progress = new Map<string, BootProgress>();
  const lastOs = new Map<string, string | null>();
  const meter = createThroughputMeter();
  let list: Host[] | undefined;
  let sessions = new Map<string, Throughput>();
  let timer: NodeJS.Timeout | undefined;

  const changed = () => {
    for (const listener of listeners) listener();
  };

  function take(event: TimelineEvent): void {
    const { kind, mac } = event;
    if (kind.startsWith('host.') || kind.startsWith('entry.')) list = undefined;
    if (mac === null) return;
    const next = foldBoot(progress.get(mac), event);
    if (!next) return;
    progress.delete(mac);
    progress.set(mac, next);
    const [oldest] = progress.keys();
    if (progress.size > progressLimit && oldest !== undefined) progress.delete(oldest);
  }

  const unfollow = timeline.follow((event) => {
    take(event);
    changed();
  });
  sessionWatch.follow((found, at) => {
    const rates = meter.measure(found, at);
    sessions = new Map(
      found.flatMap((session) => {
        const mac = macOf(session);
        const rate = rates.get(`${session.target} ${session.id}`);
        return mac && rate ? [[mac, rate] as const] : [];
      }),
    );
    changed();
  });

  /** A host's own target ends in its MAC; those of drafts belong to whoever is at the session's address. */
  function macOf({ target, address }: Session): string | undefined {
    const hex = /\.([0-9a-f]{12})$/.exec(target)?.[1];
    return hex?.match(/../g)?.join(':') ?? presences.findMacAt(address);
  }

  function lastOsOf(mac: string): string | null {
    const known = lastOs.get(mac);
    if (known !== undefined) return known;
    const host = hosts.findByMac(mac);
    const os = (host && osReports.find(host)?.os) ?? null;
    lastOs.set(mac, os);
    return os;
  }

  return {
    /** All PCs in the list, by name. */
    tiles(): HallTile[] {
      list ??= hosts.list();
      return list.map((host) =>
        toTile({
          host,
          progress: progress.get(host.mac),
          session: sessions.get(host.mac),
          lastOs: sessions.has(host.mac) ? lastOsOf(host.mac) : null,
          now: now(),
        }),
      );
    },
    /** Calls `listener` when tiles may have changed; returns the way to stop. */
    follow(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Learns from what happened before the program started. */
    start(): void {
      for (const event of timeline.list({ limit: replayed })) take(event);
      timer = setInterval(changed, lookEveryMs).unref();
    },
    close(): void {
      clearInterval(timer);
      unfollow();
    },
  };
}
