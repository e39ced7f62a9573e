import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { addBackupRoutes } from './backups.ts';
import { addEventRoutes } from './events.ts';
import { addHostRoutes } from './hosts.ts';
import { addImageRoutes } from './images.ts';
import { addLeaseRoutes } from './leases.ts';
import { addMigrationRoutes } from './migration.ts';
import { answerProblems } from './problems.ts';
import { addStorageRoutes } from './storage.ts';
import { addSystemRoutes } from './system.ts';
import { addToolRoutes } from './tools.ts';

export interface ApiDeps {
  services: Services;
  translator: Translator;
  log: Logger;
  /** What the doctor finds; absent where nobody serves. */
  examine?: () => Promise<unknown>;
}

/**
 * `/api/v1`: everything that can be done, over the use cases. The caller lets it listen (on a unix
 * socket, which only root can reach) or injects requests, as the CLI does where no server runs.
 */
export function createApi({ services, translator, log, examine }: ApiDeps): FastifyInstance {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    // A misspelt field is an error, not something to drop silently.
    ajv: { customOptions: { removeAdditional: false } },
    forceCloseConnections: true,
  });
  answerProblems(app, translator);
  app.register(
    async (api) => {
      addHostRoutes(api, services);
      addImageRoutes(api, services);
      addLeaseRoutes(api, services);
      addToolRoutes(api, services);
      addStorageRoutes(api, services);
      addSystemRoutes(api, services);
      addBackupRoutes(api, services);
      addMigrationRoutes(api, services);
      addEventRoutes(api, services);
      if (examine) api.get('/doctor', examine);
    },
    { prefix: '/api/v1' },
  );
  return app;
}
