import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { bootFileNames } from './boot/firmware.ts';
import type { RenderScript, RenderTemplate } from './boot/script.ts';
import { type Closers, createClosers } from './closers.ts';
import { type Config, namesToServe } from './config.ts';
import { startLeaser } from './full-dhcp.ts';
import type { Translator } from './i18n/translate.ts';
import { chooseInterfaces, type LanInterface, listInterfaces } from './net/interfaces.ts';
import { findNeighbour } from './net/neighbours.ts';
import { openUdp } from './net/udp.ts';
import { createWakeOnLan } from './power/wol.ts';
import { createApi } from './servers/api/server.ts';
import { listenOnSocket } from './servers/api/socket.ts';
import { startBootHttp } from './servers/boot-http/server.ts';
import type { Leaser } from './servers/dhcp/leaser.ts';
import { startDhcpServer } from './servers/dhcp/server.ts';
import { createTftpFiles } from './servers/tftp/files.ts';
import { startTftpServer } from './servers/tftp/server.ts';
import { createVirtualFiles } from './servers/tftp/virtual-files.ts';
import { startThriftServer } from './servers/thrift/server.ts';
import { createBootFiles } from './service/boot-files.ts';
import { createServices, type Services } from './service/services.ts';
import { createSettings, type Settings } from './service/settings.ts';
import { createTools } from './service/tools.ts';
import { createDiskFiles } from './storage/disk-files.ts';
import { createDiskSetup } from './storage/disk-setup.ts';
import { run } from './storage/exec.ts';
import { noTargets } from './storage/no-targets.ts';
import { startTargets, startVolumes } from './storage/start.ts';
import type { TargetServer } from './storage/targets.ts';
import { openStore } from './store/store.ts';
import { toolsDirectory } from './templates.ts';
import { callPreset } from './thrift/client.ts';
import { readThriftTls } from './tls-files.ts';

export interface ApplianceDeps {
  config: Config;
  version: string;
  translator: Translator;
  renderScript: RenderScript;
  renderTemplate: RenderTemplate;
  log: Logger;
}

/** Files and directories below the data directory. */
export function pathsOf(dataDir: string) {
  return {
    database: join(dataDir, 'cafeboot.db'),
    httpRoot: join(dataDir, 'boot'),
    tftpRoot: join(dataDir, 'tftp'),
    runDir: join(dataDir, 'run'),
    socket: join(dataDir, 'run', 'cafeboot.sock'),
  };
}

/** What `make ipxe` built, where it has. */
const builtFilesDir = fileURLToPath(new URL('../assets/boot', import.meta.url));

/** What an administrator puts there comes first, then our own build, then the distribution's. */
export const bootFileDirectories = ({ dataDir, bootFilesDir }: Config): string[] => [
  pathsOf(dataDir).tftpRoot,
  builtFilesDir,
  bootFilesDir,
];

/** Use cases over the store and the real storage, without any server: for the CLI where none runs. */
export async function startOffline(deps: ApplianceDeps) {
  const closers = createClosers(deps.log);
  try {
    const services = await startServices(deps, closers, async () => noTargets);
    return { services, close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function startServices(
  { config, version, log }: ApplianceDeps,
  closers: Closers,
  openTargets: (settings: Settings) => Promise<TargetServer>,
): Promise<Services> {
  const { dataDir, poolSizeBytes } = config;
  const paths = pathsOf(dataDir);
  for (const directory of [paths.httpRoot, paths.tftpRoot]) {
    await mkdir(directory, { recursive: true });
  }
  await mkdir(paths.runDir, { recursive: true, mode: 0o700 });
  const store = openStore(paths.database);
  closers.add(store.close);
  const listOwnAddresses = () => listInterfaces().map(({ address }) => address);
  const settings = createSettings(store, { listOwnAddresses });
  const volumes = await startVolumes({
    ...settings.get(),
    ...{ dataDir, poolSizeBytes, run },
    onCacheFailed: (error) =>
      log.error({ err: error }, 'the read cache is off until the next start'),
    onSaveFailed: (error) =>
      log.warn({ err: error }, "lvm could not save the volume group's description"),
  });
  closers.add(volumes.close);
  const targets = await openTargets(settings.get());
  closers.add(targets.close);
  const bootFiles = createBootFiles({ directories: bootFileDirectories(config) });
  await bootFiles.start();
  closers.add(async () => bootFiles.close());
  const services = createServices({
    store,
    settings,
    volumes,
    targets,
    diskFiles: createDiskFiles(run),
    diskSetup: createDiskSetup(run),
    bootFiles,
    tools: createTools({
      builtIn: toolsDirectory,
      httpRoot: paths.httpRoot,
      onBad: (error) => log.warn({ err: error }, 'a tool is left out of the menu'),
    }),
    log,
    version,
    now: Date.now,
    findNeighbour,
    callAgent: callPreset,
    wake: createWakeOnLan({
      openSocket: (address) => openWolSocket(address, log),
      interfaces: () => chooseInterfaces(config.interfaces),
    }).wake,
  });
  closers.add(services.close);
  return services;
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
        onSaveFailed: (error) => log.warn({ err: error }, 'targetcli could not save the targets'),
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
    const api = createApi({ services, translator: deps.translator, log });
    closers.add(() => api.close());
    await listenOnSocket(api, paths.socket);
    log.info({ interfaces, dataDir: config.dataDir }, 'cafeboot is ready');
    return { services, interfaces, close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

const openWolSocket = (address: string, log: Logger) =>
  openUdp({
    ...{ address, port: 0, broadcast: true },
    onMessage: () => {},
    onError: (error) => log.warn({ err: error, address }, 'magic packet not sent'),
  });

function portalsOf(addresses: readonly string[], port: number) {
  return (addresses.length > 0 ? addresses : ['0.0.0.0']).map((address) => ({ address, port }));
}

async function startServers(
  { config, renderScript, renderTemplate, translator, log }: ApplianceDeps,
  services: Services,
  { interfaces, leaser }: { interfaces: LanInterface[]; leaser: Leaser | undefined },
  closers: Closers,
): Promise<void> {
  const { boots, counters } = services;
  const paths = pathsOf(config.dataDir);

  if (config.httpPort > 0) {
    const http = await startBootHttp({
      boots,
      renderScript,
      renderTemplate,
      settings: services.settings.get,
      counters,
      log: log.child({ server: 'http' }),
      httpRoot: paths.httpRoot,
      bootFiles: {
        names: bootFileNames,
        directories: [paths.httpRoot, ...bootFileDirectories(config)],
      },
      address: '0.0.0.0',
      port: config.httpPort,
      iscsiPort: config.iscsiPort,
      describeError: translator.error,
    });
    closers.add(http.close);
  }

  if (config.tftpPort > 0) {
    const roots = [
      { directory: paths.tftpRoot },
      { directory: builtFilesDir, only: bootFileNames },
      { directory: config.bootFilesDir, only: bootFileNames },
    ];
    const tftp = await startTftpServer({
      openUdp,
      interfaces,
      port: config.tftpPort,
      files: createTftpFiles({ roots }),
      findVirtual: createVirtualFiles({
        renderScript,
        tftpRoot: paths.tftpRoot,
        httpPort: config.httpPort,
      }),
      onTransfer: (report) => void boots.transferred(report),
      counters,
      log: log.child({ server: 'tftp' }),
    });
    closers.add(tftp.close);
  }

  if (config.thriftPort > 0 || config.thriftTlsPort > 0) {
    const thrift = await startThriftServer({
      services,
      describeError: translator.error,
      log: log.child({ server: 'thrift' }),
      address: '0.0.0.0',
      port: config.thriftPort,
      tls: await readThriftTls(config),
      now: Date.now,
    });
    closers.add(thrift.close);
  }

  if (config.dhcpPort > 0) {
    const dhcp = await startDhcpServer({
      openUdp,
      interfaces,
      ports: { dhcp: config.dhcpPort, pxe: config.pxePort },
      planFor: (client, { address }) => {
        const httpBaseUrl = `http://${address}:${config.httpPort}`;
        const scriptUrl = `${httpBaseUrl}/ipxe/boot.ipxe`;
        const server = { address, scriptUrl, httpBaseUrl };
        return { server, ...boots.meet(client) };
      },
      onAnswer: boots.answered,
      onAddress: boots.sawAddress,
      leaser,
      counters,
      log: log.child({ server: 'dhcp' }),
    });
    closers.add(dhcp.close);
  }
}
