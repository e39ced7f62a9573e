import pLimit from 'p-limit';
import { CafebootError } from '../errors.ts';
import type { BlockDevice } from '../storage/block-devices.ts';
import type { DiskSetup } from '../storage/disk-setup.ts';
import type { VolumeGroup } from '../storage/lvm-report.ts';
import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import type { CacheStatus, CacheWatch } from './cache-watch.ts';
import type { Disks } from './disks.ts';
import type { Reconcile } from './reconcile.ts';
import type { SettingsService } from './settings.ts';
import type { Timeline } from './timeline.ts';

export interface StorageSetupDeps {
  store: Store;
  settings: SettingsService;
  volumes: VolumeStore;
  targets: TargetServer;
  diskSetup: DiskSetup;
  cacheWatch: CacheWatch;
  disks: Disks;
  reconcile: Reconcile;
  timeline: Timeline;
}

/** What a disk is to become. */
export interface DiskPlan {
  disk: string;
  /** Default `cafeboot`. */
  volumeGroup?: string | undefined;
  /** Default: on. */
  readCache?: boolean | undefined;
  /** The disk's name once more: what it holds is lost. */
  erase?: string | undefined;
}

export type { BlockDevice };

export interface CacheState {
  isOn: boolean;
  /** Nothing while it is off. */
  use: CacheStatus | null;
}

const concurrency = 16;

/** The disks below the pool: which one it is on, and whether it is read through memory. */
export function createStorageSetup(deps: StorageSetupDeps) {
  const { store, settings, volumes, targets, diskSetup, cacheWatch, disks, timeline } = deps;

  function record(key: string, value: string | boolean): void {
    settings.set(key, value);
    timeline.record({ kind: 'setting.changed', data: { key, value } });
  }

  async function readCache(): Promise<CacheState> {
    const use = await cacheWatch.look();
    return { isOn: use !== undefined, use: use ?? null };
  }

  return {
    listDisks: (): Promise<BlockDevice[]> => diskSetup.list(),
    listGroups: (): Promise<VolumeGroup[]> => diskSetup.listGroups(),

    /** Makes a disk the place of the pool, from the next start on. Throws what `makeGroup` does, and `pool_in_use`. */
    async initDisk({ disk, volumeGroup = 'cafeboot', readCache = true, erase }: DiskPlan) {
      if (store.images.list().length > 0) {
        throw new CafebootError('pool_in_use', { field: 'volumeGroup' });
      }
      const device = await diskSetup.makeGroup({ disk, volumeGroup, erase });
      record('volumeGroup', volumeGroup);
      record('readCache', readCache);
      const data = { disk, group: volumeGroup };
      timeline.record({ kind: 'storage.disk-ready', data });
      return { ...device, volumeGroup, readCache };
    },

    readCache,

    /** All targets as commands for `targetcli`, with their CHAP secrets. Throws `target_unavailable`. */
    async targetcliCommands(): Promise<string> {
      if (!targets.asTargetcli) {
        throw new CafebootError('target_unavailable', { detail: `${targets.kind}: no targetcli` });
      }
      const specs: TargetSpec[] = [];
      for (const wanted of disks.wanted()) {
        await wanted.inTurn(async (spec) => void specs.push(spec));
      }
      return targets.asTargetcli(specs);
    },

    /**
     * Moves the pool on or off the cache, now: every target goes and comes back. Throws `pcs_running`,
     * `in_use` while something else has a volume open, `cache_unsupported`.
     */
    async setReadCache(on: boolean): Promise<CacheState> {
      const cache = volumes.readCache;
      if (!cache) throw new CafebootError('cache_unsupported');
      const { length: count } = await targets.sessions();
      if (count > 0) throw new CafebootError('pcs_running', { count });
      try {
        const limit = pLimit(concurrency);
        const names = await targets.list();
        await Promise.all(names.map((name) => limit(() => targets.remove(name))));
        await cache.move(on);
      } finally {
        await deps.reconcile();
      }
      record('readCache', on);
      return readCache();
    },
  };
}
