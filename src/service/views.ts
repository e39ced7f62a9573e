import type { Hosts } from './hosts.ts';
import { createMenuPreviews } from './menu-preview.ts';
import type { ServiceDeps } from './service-deps.ts';

export interface ViewDeps extends ServiceDeps {
  hosts: Hosts;
}

/** What people look at: nothing here changes how PCs boot. */
export function createViews(deps: ViewDeps) {
  const { settings, targets } = deps;
  return {
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
