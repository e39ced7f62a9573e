import { dirname } from 'node:path';
import { bootFileNeeds } from '../boot/firmware.ts';
import type { Store } from '../store/store.ts';
import { type Attention, judgeAttention } from './attention-rules.ts';
import type { BackupDirectories } from './backup/backups.ts';
import { groupBoots } from './boot-history.ts';
import type { CacheWatch } from './cache-watch.ts';
import type { Hosts } from './hosts.ts';
import type { PoolStatus } from './pool-status.ts';
import type { LatestReconcile } from './reconcile-memory.ts';
import type { Settings } from './setting-list.ts';
import { findRefusedCallers } from './thrift-refusals.ts';
import type { Timeline } from './timeline.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

export interface AttentionDeps {
  store: Store;
  settings: () => Settings;
  timeline: Timeline;
  hosts: Hosts;
  unknownHosts: UnknownHosts;
  presentBootFiles: () => ReadonlySet<string>;
  directories: Pick<BackupDirectories, 'backups'>;
  pool: () => Promise<PoolStatus>;
  cacheWatch: CacheWatch;
  latestReconcile: () => LatestReconcile;
  now: () => number;
}

const dayMs = 86_400_000;
/** A boot that stopped longer ago was seen to, or was nobody's. */
const bootsBackMs = 2 * 3_600_000;
/** Somebody who saw a screen full of people asks as often as this. */
const freshForMs = 5_000;
const eventLimit = 20_000;
/** A new cafe has other worries in its first week. */
const backupWorthMs = 7 * dayMs;
const backupElsewhereMs = 30 * dayMs;

/** What needs an administrator now, gathered when it is asked for. */
export function createAttention(deps: AttentionDeps) {
  const { store, settings, timeline, hosts, now } = deps;
  let latest: { at: number; list: Promise<Attention[]> } | undefined;

  function stoppedHosts() {
    const since = now() - bootsBackMs;
    const events = timeline.list({ since, kindPrefix: 'boot.', limit: eventLimit });
    const byMac = Map.groupBy(events, ({ mac }) => mac);
    return [...byMac].flatMap(([mac, own]) => {
      const host = mac === null ? undefined : hosts.findByMac(mac);
      const stop = host && groupBoots(own, now())[0]?.stop;
      return stop ? [{ host: host.name, ...stop }] : [];
    });
  }

  function refusedCallers(): string[] {
    const since = now() - dayMs;
    const events = timeline.list({ since, kindPrefix: 'thrift.refused', limit: eventLimit });
    return findRefusedCallers(events, settings().thriftCallers).map(({ address }) => address);
  }

  function keptOnOld(): string[] {
    const published = new Set(store.images.list().map((image) => image.publishedVersionId));
    const names = new Map(store.hosts.list().map(({ id, name }) => [id, name]));
    const old = store.overlays
      .list()
      .filter(
        (row) => row.policy === 'keep' && row.usedAt !== null && !published.has(row.versionId),
      )
      .map(({ hostId }) => names.get(hostId) ?? '');
    return [...new Set(old)];
  }

  /** Whoever's server burns down has lost all backups that nobody fetched. */
  function isBackupOnlyHere(): boolean {
    const isWorth = store.images
      .allVersions()
      .some(({ createdAt }) => createdAt < now() - backupWorthMs);
    if (!isWorth) return false;
    const since = now() - backupElsewhereMs;
    const events = timeline.list({ since, kindPrefix: 'backup.', limit: eventLimit });
    return !events.some(
      ({ kind, data }) =>
        kind === 'backup.fetched' ||
        (kind === 'backup.made' && dirname(String(data.file)) !== deps.directories.backups),
    );
  }

  async function gather(): Promise<Attention[]> {
    const present = deps.presentBootFiles();
    const since = now() - dayMs;
    return judgeAttention({
      pool: await deps.pool(),
      reconcile: deps.latestReconcile(),
      missingBootFiles: bootFileNeeds
        .filter(({ files }) => !files.some((file) => present.has(file)))
        .map(({ pcs }) => pcs),
      stopped: stoppedHosts(),
      failedTasks: store.tasks
        .list()
        .filter(({ state, endedAt }) => state === 'failed' && (endedAt ?? 0) >= since),
      cache: deps.cacheWatch.latest(),
      refusedCallers: refusedCallers(),
      keptOnOld: keptOnOld(),
      isBackupOnlyHere: isBackupOnlyHere(),
      unknownMacs: deps.unknownHosts.list().map(({ mac }) => mac),
      counts: {
        images: store.images.list().length,
        entries: store.entries.list().length,
        hosts: store.hosts.list().length,
      },
    });
  }

  return {
    /** The worst first; as of a few seconds ago at most. */
    list(): Promise<Attention[]> {
      if (!latest || now() - latest.at >= freshForMs) latest = { at: now(), list: gather() };
      return latest.list;
    },
  };
}
