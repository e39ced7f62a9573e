import type { Logger } from 'pino';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { createCacheWatch } from './cache-watch.ts';
import type { Counters } from './counters.ts';
import type { PoolGauge } from './pool-gauge.ts';
import type { Presences } from './presence.ts';
import { createRefusalWatch } from './refusal-watch.ts';
import { createSessionWatch } from './session-watch.ts';
import type { Timeline } from './timeline.ts';
import { createTraffic } from './traffic.ts';

export interface WatchDeps {
  store: Store;
  targets: TargetServer;
  volumes: VolumeStore;
  gauge: PoolGauge;
  presences: Presences;
  counters: Counters;
  timeline: Timeline;
  log: Logger;
  now: () => number;
}

/** What is looked at again and again while PCs run: their sessions, who was refused, the cache. */
export function createWatches(deps: WatchDeps) {
  const { targets, volumes, gauge, presences } = deps;
  const traffic = createTraffic({
    ...deps,
    kind: targets.kind,
    findMacAt: presences.findMacAt,
    poolUsedBytes: () => gauge.latest()?.capacity.usedBytes ?? null,
  });
  return {
    traffic,
    sessionWatch: createSessionWatch({ ...deps, sessions: targets.sessions, onLook: traffic.saw }),
    refusalWatch: createRefusalWatch({ ...deps, refusals: targets.refusals }),
    cacheWatch: createCacheWatch({ ...deps, use: async () => volumes.readCache?.use() }),
  };
}
