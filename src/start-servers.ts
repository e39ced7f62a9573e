import type { ApplianceDeps } from './appliance-deps.ts';
import { bootFileNames } from './boot/firmware.ts';
import type { Closers } from './closers.ts';
import type { LanInterface } from './net/interfaces.ts';
import { openUdp } from './net/udp.ts';
import { bootFileDirectories, pathsOf } from './paths.ts';
import { startBootHttp } from './servers/boot-http/server.ts';
import type { Leaser } from './servers/dhcp/leaser.ts';
import { startDhcpServer } from './servers/dhcp/server.ts';
import { createTftpFiles } from './servers/tftp/files.ts';
import { startTftpServer } from './servers/tftp/server.ts';
import { createVirtualFiles } from './servers/tftp/virtual-files.ts';
import { startThriftServer } from './servers/thrift/server.ts';
import type { Services } from './service/services.ts';
import { readThriftTls } from './tls-files.ts';

/** Each server that has a port, on the interfaces it serves. */
export async function startServers(
  { config, shipped, renderScript, renderTemplate, translator, log }: ApplianceDeps,
  services: Services,
  { interfaces, leaser }: { interfaces: LanInterface[]; leaser: Leaser | undefined },
  closers: Closers,
): Promise<void> {
  const { boots, counters } = services;
  const paths = pathsOf(config.dataDir);
  const builtFilesDir = shipped.builtFilesDir();

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
        directories: [paths.httpRoot, ...bootFileDirectories(config, builtFilesDir)],
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
