import { readFile } from 'node:fs/promises';
import type { ApplianceDeps } from './appliance-deps.ts';
import type { CliContext } from './cli/context.ts';
import type { CafeState, Machine } from './doctor/check.ts';
import { createDoctor, type NamedFinding } from './doctor/doctor.ts';
import { CafebootError } from './errors.ts';
import type { Translator } from './i18n/translate.ts';
import { withDhcpSearch } from './lan.ts';
import { bootFileDirectories, pathsOf } from './paths.ts';
import { createBootFiles } from './service/boot-files.ts';
import type { PoolStatus } from './service/pool-status.ts';
import type { Services } from './service/services.ts';
import type { Settings } from './service/setting-list.ts';
import { createSettings } from './service/settings.ts';
import { run } from './storage/exec.ts';
import { openStore } from './store/store.ts';

type MachineDeps = Pick<ApplianceDeps, 'config' | 'shipped'>;

/** This machine, as the doctor looks at it. */
function createMachine({ config, shipped }: MachineDeps): Machine {
  const directories = bootFileDirectories(config, shipped.builtFilesDir());
  return {
    config,
    run,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    findDhcpServers: (lans) => withDhcpSearch((search) => search.find(lans)),
    describeBootFiles: createBootFiles({ directories }).describe,
    now: Date.now,
  };
}

/** The doctor of the server that these services are of. */
export function createServerDoctor(deps: MachineDeps, services: Services) {
  const doctor = createDoctor(createMachine(deps));
  return async (): Promise<NamedFinding[]> =>
    doctor.run({
      settings: services.settings.get(),
      isServing: true,
      pool: await services.pool.get(),
      storageFault: null,
      hostCount: services.hosts.list().length,
    });
}

/** What the doctor finds on this machine, whether a server runs on it, cannot, or never did. */
export async function examine(
  deps: MachineDeps,
  { withApi, translator }: Pick<CliContext, 'withApi' | 'translator'>,
): Promise<NamedFinding[]> {
  const state = await readCafe(withApi).catch((error: unknown) => {
    if (!(error instanceof CafebootError)) throw error;
    return readDatabase(deps, error, translator);
  });
  return createDoctor(createMachine(deps)).run(state);
}

const readCafe = (withApi: CliContext['withApi']): Promise<CafeState> =>
  withApi(async (api, { isOffline }) => ({
    settings: (await api('GET', '/settings')) as Settings,
    isServing: !isOffline,
    pool: (await api('GET', '/storage/pool')) as PoolStatus,
    storageFault: null,
    hostCount: ((await api('GET', '/hosts')) as unknown[]).length,
  }));

/** Where the storage cannot be opened, what the database alone has. */
function readDatabase(
  { config, shipped }: MachineDeps,
  fault: CafebootError,
  { error }: Translator,
): CafeState {
  const store = openStore(pathsOf(config.dataDir).database, shipped.sqliteAddon());
  try {
    return {
      settings: createSettings(store, { listOwnAddresses: () => [] }).get(),
      isServing: false,
      pool: null,
      storageFault: error(fault),
      hostCount: store.hosts.list().length,
    };
  } finally {
    store.close();
  }
}
