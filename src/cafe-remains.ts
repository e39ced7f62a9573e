import { existsSync } from 'node:fs';
import type { ApiCall } from './cli/client.ts';
import type { Config } from './config.ts';
import { CafebootError } from './errors.ts';
import type { Cafe } from './install/uninstall.ts';
import { pathsOf } from './paths.ts';
import { createSettings } from './service/settings.ts';
import type { Shipped } from './shipped.ts';
import { run } from './storage/exec.ts';
import { createLvm } from './storage/lvm-batch.ts';
import { createReadCache } from './storage/read-cache.ts';
import { createLeftTargets } from './storage/target-removal.ts';
import { openStore } from './store/store.ts';

export interface CafeRemainsDeps {
  config: Config;
  shipped: Shipped;
  /** Of the server, which may not run. */
  api: ApiCall;
  /** Told of a failed `targetcli saveconfig`. */
  onSaveFailed: (error: unknown) => void;
}

/** What `cafeboot uninstall` must know of the cafe, whether its server runs or not. */
export function createCafeRemains(deps: CafeRemainsDeps): Cafe {
  const { config, shipped, api, onSaveFailed } = deps;
  const paths = pathsOf(config.dataDir);
  const targets = createLeftTargets({ runDir: paths.runDir, run, onSaveFailed });

  /** Nothing of a cafe that there never was. */
  function readSettings() {
    if (!existsSync(paths.database)) return undefined;
    const store = openStore(paths.database, shipped.sqliteAddon());
    try {
      return createSettings(store).get();
    } finally {
      store.close();
    }
  }

  return {
    async readRunning() {
      try {
        return ((await api('GET', '/status')) as { running: string[] }).running;
      } catch (error) {
        if (!(error instanceof CafebootError)) throw error;
        return (await targets.sessions()).map(({ target }) => target);
      }
    },

    async readPool() {
      const { volumeGroup: group = '', thinPool: pool = '' } = readSettings() ?? {};
      return group === '' ? undefined : { group, pool };
    },

    async release() {
      const { volumeGroup = '', readCache = false } = readSettings() ?? {};
      const { length } = await targets.remove();
      // Else lvm would not find the group at the machine's next start: nobody makes its loop devices.
      if (volumeGroup !== '' && readCache) {
        await createReadCache({ volumeGroup, lvm: createLvm(run), run }).move(false);
      }
      return length;
    },
  };
}
