import type { FastifyInstance } from 'fastify';
import type { Services } from '../../service/services.ts';
import { withoutSecrets } from '../../service/setting-list.ts';
import { byId, byKey, reconcileOptions, settingValue } from './schemas.ts';
import { typed } from './typed.ts';

/** Settings, tasks, and how the server is. */
export function addSystemRoutes(app: FastifyInstance, services: Services): void {
  const { tasks } = services;
  const api = typed(app);

  api.get('/settings', async () => withoutSecrets(services.settings.get()));
  api.put('/settings/:key', { schema: { params: byKey, body: settingValue } }, async (request) =>
    services.setSetting(request.params.key, request.body.value),
  );
  api.delete('/settings/:key', { schema: { params: byKey } }, async ({ params }) =>
    services.resetSetting(params.key),
  );

  api.get('/tasks', async () => tasks.list());
  api.get('/tasks/:id', { schema: { params: byId } }, async ({ params }) => tasks.get(params.id));
  api.post('/tasks/:id/cancel', { schema: { params: byId } }, async ({ params }) =>
    tasks.cancel(params.id),
  );

  api.post('/reconcile', { schema: { body: reconcileOptions } }, async ({ body }) =>
    services.reconcile(body),
  );

  api.get('/one-time-code', async () => services.oneTimeCode.get());
  api.get('/boot-files', async () => services.bootFiles.describe());

  api.get('/status', async () => services.status());
}
