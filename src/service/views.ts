import { createAttention } from './attention.ts';
import type { CacheWatch } from './cache-watch.ts';
import { createHostReports } from './host-reports.ts';
import type { Hosts } from './hosts.ts';
import { createImageUsage } from './image-usage.ts';
import { createMenuPreviews } from './menu-preview.ts';
import { createMetrics, type MetricDeps } from './metrics.ts';
import type { PoolStatus } from './pool-status.ts';
import type { LatestReconcile } from './reconcile-memory.ts';
import type { ServiceDeps } from './service-deps.ts';
import type { Timeline } from './timeline.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

export interface ViewDeps extends ServiceDeps, Omit<MetricDeps, 'hosts' | 'unknownHosts'> {
  hosts: Hosts;
  timeline: Timeline;
  unknownHosts: UnknownHosts;
  cacheWatch: CacheWatch;
  latestReconcile: () => LatestReconcile;
  pool: () => Promise<PoolStatus>;
}

/** What people look at: nothing here changes how PCs boot. */
export function createViews(deps: ViewDeps) {
  const { settings, targets } = deps;
  return {
    hostReports: createHostReports(deps),
    imageUsage: createImageUsage(deps),
    metrics: createMetrics(deps),
    attention: createAttention({
      ...deps,
      settings: settings.get,
      presentBootFiles: deps.bootFiles.present,
    }),
    menuPreviews: createMenuPreviews({
      ...deps,
      settings: settings.get,
      findBootServer: (address) => ({
        ...deps.findBootServer(address),
        firstLun: targets.firstLun,
      }),
    }),
  };
}
