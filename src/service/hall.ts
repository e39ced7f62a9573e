import { type BootProgress, foldBoot } from './boot-progress.ts';
import { type HallTile, toTile } from './hall-tile.ts';
import type { Host } from './host-fields.ts';
import type { Hosts } from './hosts.ts';
import type { OsReports } from './os-reports.ts';
import type { Presences } from './presence.ts';
import { macOfSession } from './session-meter.ts';
import type { SessionWatch } from './session-watch.ts';
import type { Timeline, TimelineEvent } from './timeline.ts';
import type { Traffic } from './traffic.ts';

export interface HallDeps {
  hosts: Hosts;
  timeline: Timeline;
  sessionWatch: SessionWatch;
  presences: Presences;
  osReports: OsReports;
  traffic: Pick<Traffic, 'rateOf'>;
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
  const { hosts, timeline, sessionWatch, presences, osReports, traffic, now } = deps;
  const listeners = new Set<() => void>();
  const progress = new Map<string, BootProgress>();
  const lastOs = new Map<string, string | null>();
  let list: Host[] | undefined;
  /** MACs of those that have a disk. */
  let attached = new Set<string>();
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
  sessionWatch.follow((sessions) => {
    const macs = sessions.map((session) => macOfSession(session, presences.findMacAt));
    attached = new Set(macs.filter((mac) => mac !== undefined));
    changed();
  });

  function lastOsOf(mac: string): string | null {
    const known = lastOs.get(mac);
    if (known !== undefined) return known;
    const host = hosts.findByMac(mac);
    const os = (host && osReports.find(host)?.os) ?? null;
    lastOs.set(mac, os);
    return os;
  }

  const known = (): readonly Host[] => (list ??= hosts.list());

  return {
    /** All PCs in the list, as the latest event left it. */
    hosts: known,
    tiles: (): HallTile[] =>
      known().map((host) => {
        const { mac } = host;
        const isAttached = attached.has(mac);
        return toTile({
          host,
          progress: progress.get(mac),
          session: isAttached ? traffic.rateOf(mac) : undefined,
          lastOs: isAttached ? lastOsOf(mac) : null,
          now: now(),
        });
      }),
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
