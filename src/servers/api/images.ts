import type { FastifyInstance } from 'fastify';
import { admin, operator, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import {
  byName,
  byVersion,
  entryChanges,
  entryOrder,
  growth,
  imageExport,
  imageImport,
  newEntry,
  newImage,
  previewQuery,
  pruning,
  publishing,
  rollback,
  versionImport,
} from './schemas.ts';

/** Images and the boot entries made of them. */
export function addImageRoutes(app: FastifyInstance, services: Services): void {
  const { images, transfers, imageChanges, entries } = services;
  const api = typed(app);
  const named = { params: byName };

  api.get('/images', viewer, async () => images.list());
  api.post('/images', { ...admin, schema: { body: newImage } }, async ({ body }, reply) =>
    reply.code(201).send(await images.createBlank(body, body.sizeBytes)),
  );
  api.post('/images/import', { ...admin, schema: { body: imageImport } }, async ({ body }, reply) =>
    reply.code(202).send(await transfers.import(body, body.path, body.format)),
  );
  api.post('/images/prune', { ...admin, schema: { body: pruning } }, async ({ body }) =>
    imageChanges.removeUnusedVersions(body.image),
  );
  api.get('/images/:name', { ...viewer, schema: named }, async ({ params }) =>
    images.get(params.name),
  );
  api.get('/images/:name/usage', { ...viewer, schema: named }, async ({ params }) =>
    services.imageUsage(params.name),
  );
  api.delete('/images/:name', { ...admin, schema: named }, async ({ params }, reply) => {
    await images.remove(params.name);
    return reply.code(204).send();
  });

  api.post(
    '/images/:name/export',
    { ...admin, schema: { ...named, body: imageExport } },
    async (request, reply) =>
      reply.code(202).send(await transfers.export(request.params.name, request.body)),
  );
  api.post(
    '/images/:name/versions',
    { ...admin, schema: { ...named, body: versionImport } },
    async (request, reply) =>
      reply.code(202).send(await imageChanges.importVersion(request.params.name, request.body)),
  );
  api.post(
    '/images/:name/publish',
    { ...admin, schema: { ...named, body: publishing } },
    async (request) => imageChanges.publishDraft(request.params.name, request.body.note),
  );
  api.post(
    '/images/:name/rollback',
    { ...admin, schema: { ...named, body: rollback } },
    async (request) => imageChanges.rollBack(request.params.name, request.body.version),
  );
  api.post(
    '/images/:name/grow',
    { ...admin, schema: { ...named, body: growth } },
    async (request) => imageChanges.grow(request.params.name, request.body.sizeBytes),
  );
  api.delete('/images/:name/draft', { ...admin, schema: named }, async ({ params }) =>
    imageChanges.discardDraft(params.name),
  );
  api.delete(
    '/images/:name/versions/:number',
    { ...admin, schema: { params: byVersion } },
    async ({ params }) => imageChanges.removeVersion(params.name, params.number),
  );

  api.get('/entries', viewer, async () => entries.list());
  api.post('/entries', { ...operator, schema: { body: newEntry } }, async ({ body }, reply) =>
    reply.code(201).send(services.addEntry(body)),
  );
  api.put('/entries/order', { ...operator, schema: { body: entryOrder } }, async ({ body }) =>
    services.setEntryOrder(body.names),
  );
  api.get(
    '/entries/preview',
    { ...viewer, schema: { querystring: previewQuery } },
    async ({ query }) => services.menuPreviews.preview(query.host),
  );
  api.get('/entries/:name', { ...viewer, schema: named }, async ({ params }) =>
    entries.get(params.name),
  );
  api.patch(
    '/entries/:name',
    { ...operator, schema: { ...named, body: entryChanges } },
    async (request) => services.updateEntry(request.params.name, request.body),
  );
  api.delete('/entries/:name', { ...admin, schema: named }, async ({ params }, reply) => {
    await services.removeEntry(params.name);
    return reply.code(204).send();
  });
}
