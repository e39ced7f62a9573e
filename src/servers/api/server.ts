import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { CafebootError } from '../../errors.ts';
import { admin } from '../../http/access.ts';
import { keepAudit } from '../../http/audit.ts';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { addBackupRoutes } from './backups.ts';
import { addEtags } from './etags.ts';
import { addEventRoutes } from './events.ts';
import { addHostListRoutes } from './host-lists.ts';
import { addHostRoutes } from './hosts.ts';
import { addImageRoutes } from './images.ts';
import { addLeaseRoutes } from './leases.ts';
import { addMigrationRoutes } from './migration.ts';
import { addOpenApi } from './openapi.ts';
import { addOverviewRoutes } from './overview.ts';
import { addPeopleRoutes } from './people.ts';
import { answerProblems } from './problems.ts';
import { addStorageRoutes } from './storage.ts';
import { addSystemRoutes } from './system.ts';
import { addToolRoutes } from './tools.ts';
import { addUploadRoutes } from './uploads.ts';

export interface ApiDeps {
  services: Services;
  translator: Translator;
  log: Logger;
  /** What the doctor finds; absent where nobody serves. */
  examine?: (() => Promise<unknown>) | undefined;
}

/** `/api/v1`: everything that can be done, over the use cases. Its OpenAPI document is there once the app is ready. */
export async function addApi(
  app: FastifyInstance,
  { services, translator, examine }: Omit<ApiDeps, 'log'>,
): Promise<{ describe: () => object }> {
  let describe = (): object => ({});
  await app.register(
    async (api) => {
      answerProblems(api, translator);
      api.setNotFoundHandler(async ({ url }) => {
        throw new CafebootError('not_found', { kind: 'path', name: url });
      });
      await addOpenApi(api, services.version);
      describe = () => api.swagger();
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
      addPeopleRoutes(api, services);
      addBackupRoutes(api, services);
      addMigrationRoutes(api, services);
      addEventRoutes(api, services);
      if (examine) api.get('/doctor', admin, examine);
    },
    { prefix: '/api/v1' },
  );
  return { describe };
}

/**
 * The API in an app of its own, for whoever may do everything. The caller lets it listen on a unix
 * socket, which only root can reach, or injects requests, as the CLI does where no server runs.
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
  keepAudit(app, services.audit);
  app.addHook('onRequest', async (request) => {
    request.auditUser = 'root';
  });
  app.register(async (api) => void (await addApi(api, { services, translator, examine })));
  return app;
}
