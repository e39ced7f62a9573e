import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { addEtags } from './etags.ts';
import { addEventRoutes } from './events.ts';
import { addHostListRoutes } from './host-lists.ts';
import { addHostRoutes } from './hosts.ts';
import { addImageRoutes } from './images.ts';
import { addLeaseRoutes } from './leases.ts';
import { addOpenApi } from './openapi.ts';
import { addOverviewRoutes } from './overview.ts';
import { answerProblems } from './problems.ts';
import { addStorageRoutes } from './storage.ts';
import { addSystemRoutes } from './system.ts';
import { addToolRoutes } from './tools.ts';
import { addUploadRoutes } from './uploads.ts';

export interface ApiDeps {
  services: Services;
  translator: Translator;
  log: Logger;
}

/**
 * `/api/v1`: everything that can be done, over the use cases. The caller lets it listen (on a unix
 * socket, which only root can reach) or injects requests, as the CLI does where no server runs.
 */
export function createApi({ services, translator, log }: ApiDeps): FastifyInstance {
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
      await addOpenApi(api, services.version);
      addEtags(api);
      addHostRoutes(api, services);
      addHostListRoutes(api, services, translator);
      addImageRoutes(api, services);
      addLeaseRoutes(api, services);
      addToolRoutes(api, services);
      addOverviewRoutes(api, services, translator);
      addStorageRoutes(api, services);
      addUploadRoutes(api, services);
      addSystemRoutes(api, services, translator);
      addEventRoutes(api, services);
    },
    { prefix: '/api/v1' },
  );
  return app;
}
