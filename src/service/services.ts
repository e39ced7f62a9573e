import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { DiskFiles } from '../storage/disk-files.ts';
import type { DiskSetup } from '../storage/disk-setup.ts';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { createBackground } from './background.ts';
import { createBoots } from './boots.ts';
import { createCacheWatch } from './cache-watch.ts';
import { createCaptures } from './captures.ts';
import { createCounters } from './counters.ts';
import { createDisks } from './disks.ts';
import { createEntries, defaultEntryOf, type Entry, type EntryFields } from './entries.ts';
import { createHosts, type Host, type HostFields } from './hosts.ts';
import { createImageChanges } from './image-changes.ts';
import { createImages } from './images.ts';
import { createOverlays } from './overlays.ts';
import { createPool } from './pool.ts';
import { createPoolGauge } from './pool-gauge.ts';
import { createPresences } from './presence.ts';
import { createReconcile } from './reconcile.ts';
import { createRefusalWatch } from './refusal-watch.ts';
import { createSerialise } from './serialise.ts';
import { createSessionWatch } from './session-watch.ts';
import { isStorageSetting, type Settings, type SettingsService } from './settings.ts';
import { createStorageSetup } from './storage-setup.ts';
import { createTasks } from './tasks.ts';
import { createTimeline } from './timeline.ts';
import { createTransfers } from './transfers.ts';
import { createUnknownHosts } from './unknown-hosts.ts';
import { createVersions } from './versions.ts';
import { createVolumeLife } from './volume-life.ts';

export interface ServiceDeps {
  store: Store;
  settings: SettingsService;
  volumes: VolumeStore;
  targets: TargetServer;
  diskFiles: DiskFiles;
  diskSetup: DiskSetup;
  log: Logger;
  version: string;
  now: () => number;
  findNeighbour: (address: string) => Promise<string | undefined>;
}

export type Services = ReturnType<typeof createServices>;

const pruneEveryMs = 3_600_000;
/** What somebody changed by hand is put right within this time. */
const checkEveryMs = 60_000;
const watchEveryMs = 5_000;

/**
 * All use cases, wired. Those that touch one noun are on its own object; those here cross several,
 * in the order that leaves nothing behind.
 */
export function createServices(deps: ServiceDeps) {
  const { store, settings, volumes, targets, diskFiles, diskSetup, log, now } = deps;
  const startedAt = now();
  let started = false;
  const counters = createCounters();
  const serialise = createSerialise();
  const background = createBackground(log);
  const timeline = createTimeline({ store, counters, now });
  const tasks = createTasks({ store, timeline, log, now });
  const hosts = createHosts({ store, timeline, now });
  const unknownHosts = createUnknownHosts({ store, timeline, now });
  const volumeLife = createVolumeLife({ store, volumes, log });
  const gauge = createPoolGauge({ capacity: volumes.capacity, settings: settings.get, now });
  const { admit, hasRoom } = gauge;
  const images = createImages({ store, volumes, timeline, serialise, volumeLife, admit, now });
  const overlays = createOverlays({ store, volumes, log, now });
  const versions = createVersions({
    store,
    volumes,
    volumeLife,
    overlays,
    isHeld: images.isHeld,
    settings: settings.get,
    admit,
    timeline,
    serialise,
    now,
  });
  const entries = createEntries({ store, timeline });
  const disks = createDisks({
    store,
    volumes,
    targets,
    versions,
    overlays,
    settings: settings.get,
    timeline,
    serialise,
    hasRoom,
    log,
    now,
  });
  const captures = createCaptures({ store, hosts, disks, timeline });
  const reconcile = createReconcile({ store, volumes, targets, volumeLife, disks, timeline, log });
  const refusalWatch = createRefusalWatch({
    refusals: targets.refusals,
    counters,
    timeline,
    log,
  });
  const cacheWatch = createCacheWatch({
    use: async () => volumes.readCache?.use(),
    timeline,
    now,
  });
  const storageSetup = createStorageSetup({
    store,
    settings,
    volumes,
    targets,
    diskSetup,
    cacheWatch,
    disks,
    reconcile,
    timeline,
  });
  const sessionWatch = createSessionWatch({ sessions: targets.sessions, timeline, log, now });
  const boots = createBoots({
    store,
    hosts,
    unknownHosts,
    disks,
    presences: createPresences(now),
    sessionWatch,
    settings: settings.get,
    timeline,
    background,
    findNeighbour: deps.findNeighbour,
  });

  /** What each host's next boot needs, made ahead in the background; one host after another. */
  const prepareAll = () => background.start('prepare all', prepareEach);
  async function prepareEach(): Promise<void> {
    const list = store.entries.list();
    for (const host of store.hosts.list()) {
      const entry = defaultEntryOf(host, list);
      if (entry) await disks.prepare(host, entry);
    }
  }

  const pool = createPool({
    store,
    volumes,
    targets,
    gauge,
    disks,
    versions,
    prepareAll,
    settings: settings.get,
    timeline,
    log,
    now,
  });

  let checking: NodeJS.Timeout | undefined;
  let watching: NodeJS.Timeout | undefined;
  async function checkStorage(): Promise<void> {
    await cacheWatch.look();
    const steps = await reconcile();
    if (steps.some(({ action }) => action.startsWith('forget-'))) prepareAll();
  }

  /** Images would stay behind in the pool that they are in. */
  function refuseToMovePool(key: string): void {
    if (isStorageSetting(key) && store.images.list().length > 0) {
      throw new CafebootError('pool_in_use', { field: key });
    }
  }

  const pruning = setInterval(() => timeline.prune(settings.get().eventsKeptDays), pruneEveryMs);
  pruning.unref();

  return {
    settings,
    timeline,
    tasks,
    hosts,
    unknownHosts,
    images,
    versions,
    imageChanges: createImageChanges({
      store,
      images,
      versions,
      disks,
      captures,
      background,
      prepareAll,
    }),
    captures,
    transfers: createTransfers({
      store,
      volumes,
      images,
      diskFiles,
      pool: gauge,
      tasks,
      timeline,
    }),
    pool: pool.status,
    entries,
    boots,
    counters,
    reconcile,
    storageSetup,

    addHost(fields: HostFields & { mac: string; name: string }): Host {
      const host = hosts.add(fields);
      unknownHosts.remove(host.mac);
      prepareAll();
      return host;
    },
    updateHost(key: string, fields: HostFields): Host {
      const host = hosts.update(key, fields);
      prepareAll();
      return host;
    },
    renewHostSecret: (key: string): Host => hosts.renewSecret(key),
    async removeHost(key: string): Promise<void> {
      await disks.takeAll(hosts.getRow(key));
      hosts.remove(key);
    },
    /** Drops all that a host wrote; its next boot starts from the published versions. */
    async resetHost(key: string): Promise<Host> {
      const host = hosts.getRow(key);
      await disks.reset(host);
      timeline.record({ kind: 'host.reset', mac: host.mac, data: { name: host.name } });
      prepareAll();
      return hosts.get(key);
    },

    addEntry(fields: EntryFields & { name: string; os: string }): Entry {
      const entry = entries.add(fields);
      prepareAll();
      return entry;
    },
    async updateEntry(name: string, fields: EntryFields): Promise<Entry> {
      const changesDisks = entries.changesDisks(name, fields);
      if (changesDisks) await disks.releaseDrafts(entries.getRow(name));
      const entry = entries.update(name, fields);
      if (changesDisks) await disks.dropOrphans(entries.getRow(entry.name));
      prepareAll();
      return entry;
    },
    async removeEntry(name: string): Promise<void> {
      await disks.resetEntry(entries.getRow(name));
      entries.remove(name);
      hosts.reload();
    },

    setSetting(key: string, value: unknown): Settings {
      refuseToMovePool(key);
      const result = settings.set(key, value);
      timeline.record({ kind: 'setting.changed', data: { key, value: JSON.stringify(value) } });
      return result;
    },
    resetSetting(key: string): Settings {
      refuseToMovePool(key);
      const result = settings.reset(key);
      timeline.record({ kind: 'setting.changed', data: { key, value: 'default' } });
      return result;
    },

    status: async () => {
      const { capacity, state } = await gauge.readFresh();
      return {
        version: deps.version,
        startedAt,
        volumeStore: volumes.kind,
        targetServer: targets.kind,
        pool: { ...capacity, state },
        sessions: (await targets.sessions()).length,
        counters: counters.all(),
      };
    },

    /** Brings disks back after whatever ended the process before, then makes overlays ahead. */
    async start(): Promise<void> {
      tasks.failInterrupted();
      await images.removeInterrupted();
      disks.rememberEditors();
      await reconcile();
      started = true;
      checking = setInterval(() => background.start('reconcile', checkStorage), checkEveryMs);
      checking.unref();
      watching = setInterval(() => background.start('refusals', refusalWatch.look), watchEveryMs);
      watching.unref();
      timeline.record({ kind: 'server.started', data: { version: deps.version } });
      await pool.watch.start();
      prepareAll();
    },

    async close(): Promise<void> {
      clearInterval(pruning);
      clearInterval(checking);
      clearInterval(watching);
      await pool.watch.close();
      await tasks.close();
      await background.close();
      await sessionWatch.close();
      unknownHosts.close();
      if (started) timeline.record({ kind: 'server.stopped' });
      timeline.close();
    },
  };
}
