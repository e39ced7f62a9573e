import { createHostReports } from './host-reports.ts';
import type { Hosts } from './hosts.ts';
import { createMenuPreviews } from './menu-preview.ts';
import type { ServiceDeps } from './service-deps.ts';
import type { Timeline } from './timeline.ts';

export interface ViewDeps extends ServiceDeps {
  hosts: Hosts;
  timeline: Timeline;
}

/** What people look at: nothing here changes how PCs boot. */
export function createViews(deps: ViewDeps) {
  const { settings, targets } = deps;
  return {
    hostReports: createHostReports(deps),
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
