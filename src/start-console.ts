import type { ApplianceDeps } from './appliance-deps.ts';
import type { Closers } from './closers.ts';
import type { NamedFinding } from './doctor/doctor.ts';
import { createHttpApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import { addMetricsRoute } from './servers/api/metrics.ts';
import { addApi } from './servers/api/server.ts';
import { addConsole } from './servers/console/server.ts';
import type { Services } from './service/services.ts';
import { readConsoleTls } from './tls-files.ts';

/** Console and REST API on one port, for people and programs with a login. */
export async function startConsole(
  { config, version, translator, shipped, log }: ApplianceDeps,
  services: Services,
  { closers, examine }: { closers: Closers; examine: () => Promise<NamedFinding[]> },
): Promise<void> {
  if (config.consolePort === 0) return;
  const child = log.child({ server: 'console' });
  const tls = await readConsoleTls(config);
  const app = await createHttpApp({ ...services, log: child, tls });
  closers.add(() => app.close());
  const api = await addApi(app, { services, translator, examine });
  addMetricsRoute(app, services, translator);
  const isSecure = tls !== undefined;
  const { resources } = shipped;
  await addConsole(app, {
    services,
    resources,
    version,
    isSecure,
    examine,
    describeApi: api.describe,
    now: Date.now,
  });
  const port = await listen(app, { address: config.consoleAddress, port: config.consolePort });
  child.info({ port }, 'console is open');
}
