import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { RenderScript, RenderTemplate } from '../../boot/script.ts';
import type { CafebootError } from '../../errors.ts';
import { capConnections } from '../../http/connections.ts';
import { tcpListenError } from '../../net/tcp.ts';
import type { Boots } from '../../service/boots.ts';
import type { Counters } from '../../service/counters.ts';
import type { Settings } from '../../service/setting-list.ts';
import { addFiles } from './files.ts';
import { addReports } from './reports.ts';
import { addScripts } from './scripts.ts';
import { addToolScripts } from './tool-scripts.ts';

export interface BootHttpDeps {
  boots: Boots;
  renderScript: RenderScript;
  renderTemplate: RenderTemplate;
  settings: () => Settings;
  counters: Counters;
  log: Logger;
  /** What PCs may fetch besides the scripts. */
  httpRoot: string;
  /** iPXE binaries that UEFI HTTP boot fetches from the top: the first directory that has one. */
  bootFiles: { names: readonly string[]; directories: readonly string[] };
  address: string;
  port: number;
  iscsiPort: number;
  /** The error's text for a PC's screen, in English: iPXE has no other letters. */
  describeError: (error: CafebootError) => string;
}

/** A PC has a few at once; a router may hide many PCs behind its address. */
const connectionCaps = { inAll: 4_096, perAddress: 256 };

/**
 * The boot server: scripts made on the fly under `/ipxe`, reports from the PCs' OSes, and every other
 * path a file below the HTTP root. Throws `port_in_use` or `address_missing`.
 */
export async function startBootHttp(deps: BootHttpDeps) {
  const { address, port } = deps;
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    // A PC that was switched off in the middle of a request must not hold its connection for ever.
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    forceCloseConnections: true,
  });
  capConnections(app.server, connectionCaps, () => deps.counters.add('http.refused'));
  addScripts(app, deps);
  addToolScripts(app, deps);
  addReports(app, deps);
  addFiles(app, deps);
  try {
    await app.listen({ host: address, port });
  } catch (error) {
    throw tcpListenError(error as NodeJS.ErrnoException, { address, port });
  }
  const bound = app.server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : port,
    close: () => app.close(),
  };
}
