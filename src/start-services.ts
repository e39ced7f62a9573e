import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { ApplianceDeps } from './appliance-deps.ts';
import type { Closers } from './closers.ts';
import { type Config, namesToServe } from './config.ts';
import { chooseInterfaces, chooseLan, listInterfaces } from './net/interfaces.ts';
import { findNeighbour } from './net/neighbours.ts';
import { openUdp } from './net/udp.ts';
import { bootFileDirectories, pathsOf } from './paths.ts';
import { createWakeOnLan } from './power/wol.ts';
import { createBootFiles } from './service/boot-files.ts';
import { createServices, type Services } from './service/services.ts';
import type { Settings } from './service/setting-list.ts';
import { createSettings } from './service/settings.ts';
import { createTools } from './service/tools.ts';
import { createDiskFiles } from './storage/disk-files.ts';
import { createDiskSetup } from './storage/disk-setup.ts';
import { run } from './storage/exec.ts';
import { startVolumes } from './storage/start.ts';
import type { TargetServer } from './storage/targets.ts';
import { openStore } from './store/store.ts';
import { shippedTools } from './templates.ts';
import { callPreset } from './thrift/client.ts';

/** The use cases over what this machine has: database, disks, targets. Each is closed by `closers`. */
export async function startServices(
  { config, shipped, version, log, renderScript }: ApplianceDeps,
  closers: Closers,
  openTargets: (settings: Settings) => Promise<TargetServer>,
): Promise<Services> {
  const { dataDir, poolSizeBytes } = config;
  const paths = pathsOf(dataDir);
  for (const directory of [paths.httpRoot, paths.tftpRoot]) {
    await mkdir(directory, { recursive: true });
  }
  for (const directory of [paths.runDir, paths.backups]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  const store = openStore(paths.database, shipped.sqliteAddon());
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
  const directories = bootFileDirectories(config, shipped.builtFilesDir());
  const bootFiles = createBootFiles({ directories });
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
    directories: {
      dataDir,
      backups: paths.backups,
      small: [paths.httpRoot, paths.tftpRoot],
    },
    tools: createTools({
      builtIn: shippedTools(shipped.resources),
      httpRoot: paths.httpRoot,
      onBad: (error) => log.warn({ err: error }, 'a tool is left out of the menu'),
    }),
    uploadsDir: paths.uploads,
    renderScript,
    findBootServer: (address) => ({
      ...bootServerOf(config, chooseLan(namesToServe(config, settings.get()), address)),
      iscsiPort: config.iscsiPort,
    }),
    log,
    version,
    now: Date.now,
    findNeighbour,
    callAgent: callPreset,
    wake: createWakeOnLan({
      openSocket: (address) => openWolSocket(address, log),
      interfaces: () => chooseInterfaces(namesToServe(config, settings.get())),
    }).wake,
  });
  closers.add(services.close);
  return services;
}

const bootServerOf = ({ httpPort }: Config, address = '127.0.0.1') => ({
  server: address,
  baseUrl: `http://${address}:${httpPort}`,
});

const openWolSocket = (address: string, log: Logger) =>
  openUdp({
    ...{ address, port: 0, broadcast: true },
    onMessage: () => {},
    onError: (error) => log.warn({ err: error, address }, 'magic packet not sent'),
  });
