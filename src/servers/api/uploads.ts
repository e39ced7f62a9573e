import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { admin, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { byName, byUpload, newUpload, newVersionUpload, uploadHeaders } from './schemas.ts';

/** Disk files in parts, as tus has them: each says where it begins, and the answer where the next one does. */
export function addUploadRoutes(app: FastifyInstance, { uploads }: Services): void {
  const api = typed(app);
  const byId = { params: byUpload };
  // The body is read as it comes: it may be hundreds of gigabytes.
  app.addContentTypeParser(
    'application/offset+octet-stream',
    async (_request: unknown, body: unknown) => body,
  );

  api.get('/uploads', viewer, async () => uploads.list());
  api.post('/uploads', { ...admin, schema: { body: newUpload } }, async ({ body }, reply) =>
    reply.code(201).send(await uploads.begin({ ...body, becomes: 'image' })),
  );
  api.post(
    '/images/:name/uploads',
    { ...admin, schema: { params: byName, body: newVersionUpload } },
    async ({ params, body }, reply) =>
      reply.code(201).send(await uploads.begin({ ...params, ...body, becomes: 'version' })),
  );
  api.get('/uploads/:id', { ...viewer, schema: byId }, async ({ params }) =>
    uploads.get(params.id),
  );
  api.patch(
    '/uploads/:id',
    { ...admin, schema: { ...byId, headers: uploadHeaders } },
    async (request, reply) => {
      const { params, headers, body } = request;
      const part = body as Readable;
      const { offset, task } = await uploads.write(params.id, headers['upload-offset'], part);
      // The last part of thousands stands for them all.
      request.isAudited = task !== null;
      return reply
        .code(task ? 202 : 200)
        .header('upload-offset', offset)
        .send({ offset, task });
    },
  );
  api.delete('/uploads/:id', { ...admin, schema: byId }, async ({ params }, reply) => {
    await uploads.remove(params.id);
    return reply.code(204).send();
  });
}
