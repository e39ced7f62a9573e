import type { Logger } from 'pino';
import type { ApplianceDeps } from './appliance-deps.ts';
import { createClosers } from './closers.ts';
import { namesToServe } from './config.ts';
import { createServerDoctor } from './examine.ts';
import { startLeaser } from './full-dhcp.ts';
import { chooseInterfaces } from './net/interfaces.ts';
import { pathsOf } from './paths.ts';
import { createApi } from './servers/api/server.ts';
import { listenOnSocket } from './servers/api/socket.ts';
import { startConsole } from './start-console.ts';
import { startServers } from './start-servers.ts';
import { startServices } from './start-services.ts';
import { run } from './storage/exec.ts';
import { openOfflineTargets } from './storage/offline-targets.ts';
import { startTargets } from './storage/start.ts';

/** Use cases over the store and the real storage, without any server: for the CLI where none runs. */
export async function startOffline(deps: ApplianceDeps) {
  const closers = createClosers(deps.log);
  try {
    const services = await startServices(deps, closers, () =>
      openOfflineTargets({ run, onSaveFailed: saveFailedLog(deps.log) }),
    );
    return { services, close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/**
 * The whole appliance: store, storage, then the servers, each on the interfaces it serves. Throws with
 * everything closed again where one of them cannot start.
 */
export async function startAppliance(deps: ApplianceDeps) {
  const { config, log } = deps;
  const closers = createClosers(log);
  try {
    const paths = pathsOf(config.dataDir);
    const services = await startServices(deps, closers, ({ targetServer, portalAddresses }) =>
      startTargets({
        kind: targetServer,
        portals: portalsOf(portalAddresses, config.iscsiPort),
        runDir: paths.runDir,
        run,
        onSaveFailed: saveFailedLog(log),
        onDown: (error) =>
          log.error(
            { err: error },
            'tgtd does not run: no PC has its disks until it is started again',
          ),
      }),
    );
    const interfaces = chooseInterfaces(namesToServe(config, services.settings.get()));
    const leaser =
      config.dhcpPort > 0
        ? await startLeaser({
            ...{ interfaces, closers, leases: services.leases },
            settings: services.settings.get,
          })
        : undefined;
    await services.start();
    await startServers(deps, services, { interfaces, leaser }, closers);
    const examine = createServerDoctor(deps, services);
    await startConsole(deps, services, { closers, examine });
    const api = createApi({ services, log, translator: deps.translator, examine });
    closers.add(() => api.close());
    await listenOnSocket(api, paths.socket);
    log.info({ interfaces, dataDir: config.dataDir }, 'cafeboot is ready');
    return { services, interfaces, close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

const saveFailedLog = (log: Logger) => (error: unknown) =>
  log.warn({ err: error }, 'targetcli could not save the targets');

function portalsOf(addresses: readonly string[], port: number) {
  return (addresses.length > 0 ? addresses : ['0.0.0.0']).map((address) => ({ address, port }));
}
