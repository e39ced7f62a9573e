import type { FastifyInstance } from 'fastify';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { describeSettings } from '../../service/setting-form.ts';
import { withoutSecrets } from '../../service/setting-list.ts';
import { byId, byKey, reconcileOptions, settingValue } from './schemas.ts';
import { typed } from './typed.ts';

/** Settings, tasks, and how the server is. */
export function addSystemRoutes(
  app: FastifyInstance,
  services: Services,
  translator: Translator,
): void {
  const { tasks } = services;
  const api = typed(app);

  api.get('/settings', async () => withoutSecrets(services.settings.get()));
  api.get('/settings/schema', async () =>
    describeSettings().map((field) => ({
      ...field,
      label: translator.text(`setting:${field.key}.label`),
      help: translator.text(`setting:${field.key}.help`),
    })),
  );
  api.get('/settings/:key', { schema: { params: byKey } }, async ({ params }) => ({
    key: params.key,
    value: services.getSetting(params.key),
  }));
  api.put('/settings/:key', { schema: { params: byKey, body: settingValue } }, async (request) =>
    services.setSetting(request.params.key, request.body.value),
  );
  api.delete('/settings/:key', { schema: { params: byKey } }, async ({ params }) =>
    services.resetSetting(params.key),
  );

  api.get('/tasks', async () => tasks.list());
  api.get('/tasks/:id', { schema: { params: byId } }, async ({ params }) => tasks.get(params.id));
  api.get('/tasks/:id/log', { schema: { params: byId } }, async ({ params }) =>
    tasks.log(params.id).map((line) => ({
      ...line,
      text: translator.text(`taskLine:${line.code}`, line.data),
    })),
  );
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
