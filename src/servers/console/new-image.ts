import type { FastifyInstance, FastifyReply } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import { diskFormats } from '../../service/transfers.ts';
import { blankForm, byUpload, pathForm, toBytes, uploadForm } from './image-forms.ts';
import type { ConsoleKit } from './kit.ts';

/** Tells the page (assets/js/upload.js) what to send the file's parts to, at /api/v1/uploads. */
export const announceUpload = (reply: FastifyReply, { id }: { id: string }) =>
  reply.header('hx-trigger', JSON.stringify({ uploadBegun: { id } })).send('');

/** The page where images come in: a blank disk, a file of the browser's, or one on the server. */
export function addNewImagePages(app: FastifyInstance, kit: ConsoleKit): void {
  const { images, transfers, uploads } = kit.services;
  const console = typed(app);

  console.get('/new-image', admin, async (request, reply) =>
    kit.page(request, reply, 'images/new.njk', {
      formats: diskFormats,
      uploads: await uploads.list(),
    }),
  );

  console.post(
    '/new-image/blank',
    { ...admin, schema: { body: blankForm } },
    async ({ body }, reply) => {
      const { name, kind, description = '', sizeGib } = body;
      await images.createBlank({ name, kind, description }, toBytes(sizeGib));
      return reply.header('hx-redirect', `/images/${name}`).send('');
    },
  );
  console.post(
    '/new-image/path',
    { ...admin, schema: { body: pathForm } },
    async ({ body }, reply) => {
      const { name, kind, description = '', path, format } = body;
      await transfers.import({ name, kind, description }, path, format || undefined);
      return reply.header('hx-redirect', '/tasks').send('');
    },
  );

  console.post(
    '/new-image/uploads',
    { ...admin, schema: { body: uploadForm } },
    async ({ body }, reply) => {
      const { name, kind, description = '', sizeBytes, format } = body;
      const wanted = { name, kind, description, sizeBytes, format: format || undefined };
      return announceUpload(reply, await uploads.begin({ ...wanted, becomes: 'image' }));
    },
  );
  console.post(
    '/new-image/uploads/:id/remove',
    { ...admin, schema: { params: byUpload } },
    async (request, reply) => {
      const t = kit.translate(request);
      await uploads.remove(request.params.id);
      const text = t('images:upload.removed');
      return kit.toast(reply, 'success', text).send('');
    },
  );
}
