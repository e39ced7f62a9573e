import type { Logger } from 'pino';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { createDisks } from './disks.ts';
import { createImages } from './images.ts';
import { createNextVersions } from './next-versions.ts';
import { createOverlays } from './overlays.ts';
import { createPoolGauge } from './pool-gauge.ts';
import { createReconcile } from './reconcile.ts';
import { rememberReconcile } from './reconcile-memory.ts';
import { createSerialise } from './serialise.ts';
import type { SettingsService } from './settings.ts';
import type { Timeline } from './timeline.ts';
import { createVersions } from './versions.ts';
import { createVolumeLife } from './volume-life.ts';

export interface DiskServiceDeps {
  store: Store;
  settings: SettingsService;
  volumes: VolumeStore;
  targets: TargetServer;
  timeline: Timeline;
  log: Logger;
  now: () => number;
}

/** What becomes of volumes and targets: golden disks with their versions, what each PC gets of them, and order in it all. */
export function createDiskServices(deps: DiskServiceDeps) {
  const { volumes, now } = deps;
  const settings = deps.settings.get;
  const volumeLife = createVolumeLife(deps);
  const gauge = createPoolGauge({ capacity: volumes.capacity, settings, now });
  const shared = {
    ...deps,
    settings,
    volumeLife,
    serialise: createSerialise(),
    admit: gauge.admit,
    hasRoom: gauge.hasRoom,
  };
  const images = createImages(shared);
  const nextVersions = createNextVersions(shared);
  const overlays = createOverlays(shared);
  const versions = createVersions({ ...shared, overlays, isHeld: images.isHeld });
  const disks = createDisks({ ...shared, versions, overlays });
  const reconcile = rememberReconcile(createReconcile({ ...shared, disks }));
  return { gauge, volumeLife, images, nextVersions, versions, disks, ...reconcile };
}
