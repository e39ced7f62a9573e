import type { FastifyInstance } from 'fastify';
import { admin, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { describeSettings } from '../../service/setting-form.ts';
import { withoutSecrets } from '../../service/setting-list.ts';
import { byId, byKey, reconcileOptions, settingValue } from './schemas.ts';

/** Settings, tasks, and how the server is. */
export function addSystemRoutes(
  app: FastifyInstance,
  services: Services,
  translator: Translator,
): void {
  const { tasks } = services;
  const api = typed(app);

  api.get('/settings', viewer, async () => withoutSecrets(services.settings.get()));
  api.get('/settings/schema', viewer, async () =>
    describeSettings().map((field) => ({
      ...field,
      label: translator.text(`setting:${field.key}.label`),
      help: translator.text(`setting:${field.key}.help`),
    })),
  );
  api.get('/settings/:key', { ...viewer, schema: { params: byKey } }, async ({ params }) => ({
    key: params.key,
    value: services.getSetting(params.key),
  }));
  api.put(
    '/settings/:key',
    { ...admin, schema: { params: byKey, body: settingValue } },
    async (request) => services.setSetting(request.params.key, request.body.value),
  );
  api.delete('/settings/:key', { ...admin, schema: { params: byKey } }, async ({ params }) =>
    services.resetSetting(params.key),
  );

  api.get('/tasks', viewer, async () => tasks.list());
  api.get('/tasks/:id', { ...viewer, schema: { params: byId } }, async ({ params }) =>
    tasks.get(params.id),
  );
  api.get('/tasks/:id/log', { ...viewer, schema: { params: byId } }, async ({ params }) =>
    tasks.log(params.id).map((line) => ({
      ...line,
      text: translator.text(`taskLine:${line.code}`, line.data),
    })),
  );
  api.post('/tasks/:id/cancel', { ...admin, schema: { params: byId } }, async ({ params }) =>
    tasks.cancel(params.id),
  );

  api.post('/reconcile', { ...admin, schema: { body: reconcileOptions } }, async (request) => {
    request.isAudited = !request.body.dryRun;
    return services.reconcile(request.body);
  });

  api.get('/one-time-code', admin, async () => services.oneTimeCode.get());
  api.get('/boot-files', viewer, async () => services.bootFiles.describe());

  api.get('/status', viewer, async () => services.status());
}
