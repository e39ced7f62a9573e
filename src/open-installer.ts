import { isSea } from 'node:sea';
import type { BuildInfo } from './build-info.ts';
import { type CafeRemainsDeps, createCafeRemains } from './cafe-remains.ts';
import { socketApi } from './cli/client.ts';
import type { Config } from './config.ts';
import { renderExampleConfig } from './config-example.ts';
import { CafebootError } from './errors.ts';
import type { OpenPorts } from './install/firewall.ts';
import { createInstaller, type Installer, type InstallerDeps } from './install/installer.ts';
import { pathsOf } from './paths.ts';
import type { Shipped } from './shipped.ts';
import { run } from './storage/exec.ts';

/** For this binary and what it ships. Throws `install_not_single` where it is run from the tree. */
export function openInstaller({
  config,
  shipped,
  build,
  tell,
  onSaveFailed,
}: {
  config: Config;
  shipped: Shipped;
  build: BuildInfo;
  tell: InstallerDeps['tell'];
  onSaveFailed: CafeRemainsDeps['onSaveFailed'];
}): Installer {
  if (!isSea()) throw new CafebootError('install_not_single');
  const paths = pathsOf(config.dataDir);
  const api = socketApi(paths.socket);
  return createInstaller({
    ...{ run, build, tell, dataDir: config.dataDir, database: paths.database },
    program: process.execPath,
    unit: shipped.resources.read('templates/systemd/cafeboot.service').toString(),
    exampleConfig: renderExampleConfig(),
    openPorts: openPortsOf(config),
    cafe: createCafeRemains({ config, shipped, api, onSaveFailed }),
    readStatus: async () => (await api('GET', '/status')) as { version: string },
  });
}

/** By which PCs and people reach the server. */
function openPortsOf(config: Config): OpenPorts {
  const { httpPort, consolePort, thriftPort, thriftTlsPort, iscsiPort } = config;
  const { dhcpPort, pxePort, tftpPort } = config;
  const used = (ports: number[]) => ports.filter((port) => port > 0);
  return {
    tcp: used([iscsiPort, consolePort, httpPort, thriftPort, thriftTlsPort]),
    udp: used([dhcpPort, tftpPort, pxePort]),
  };
}
