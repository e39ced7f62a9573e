import type { Logger } from 'pino';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import type { Disks } from './disks.ts';
import { createOverlayRelief } from './overlay-relief.ts';
import type { PoolGauge } from './pool-gauge.ts';
import { createPoolStatus } from './pool-status.ts';
import { createPoolWatch } from './pool-watch.ts';
import type { Settings } from './setting-list.ts';
import type { Timeline } from './timeline.ts';
import type { Versions } from './versions.ts';

export interface PoolDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  gauge: PoolGauge;
  disks: Disks;
  versions: Versions;
  prepareAll: () => void;
  settings: () => Settings;
  timeline: Timeline;
  log: Logger;
  now: () => number;
}

/** What looks after the pool, wired to what it may take from: `status` to show, `watch` to start and close. */
export function createPool(deps: PoolDeps) {
  const { store, volumes, targets, disks, now } = deps;
  const samples = store.poolSamples;
  const overlayRelief = createOverlayRelief({
    store,
    sessions: targets.sessions,
    dropIdle: disks.dropIdle,
    now,
  });
  return {
    status: createPoolStatus({ ...deps, kind: volumes.kind, samples }),
    watch: createPoolWatch({
      ...deps,
      samples,
      growPool: volumes.growPool,
      stopOwnBytes: volumes.stopOwnBytes,
      overlayRelief,
      freeVersion: deps.versions.removeOldestUnused,
    }),
  };
}
