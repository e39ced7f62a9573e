import type { FastifyInstance } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import { diskFormats } from '../../service/transfers.ts';
import { byName, versionPathForm, versionUploadForm } from './image-forms.ts';
import type { ConsoleKit } from './kit.ts';
import { announceUpload } from './new-image.ts';

/** The page where a disk that was made elsewhere becomes an image's next version. */
export function addNextVersionPages(app: FastifyInstance, kit: ConsoleKit): void {
  const { images, imageChanges, uploads } = kit.services;
  const console = typed(app);
  const named = { params: byName };

  console.get('/images/:name/next-version', { ...admin, schema: named }, async (request, reply) => {
    const image = images.get(request.params.name);
    const isOfImage = ({ becomes, name }: { becomes: string; name: string }) =>
      becomes === 'version' && name === image.name;
    return kit.page(request, reply, 'images/next-version.njk', {
      image,
      formats: diskFormats,
      uploads: (await uploads.list()).filter(isOfImage),
    });
  });
  console.post(
    '/images/:name/next-version/path',
    { ...admin, schema: { ...named, body: versionPathForm } },
    async ({ params, body }, reply) => {
      const { path, format, note } = body;
      const fields = { path, format: format || undefined, note: note?.trim() };
      await imageChanges.importVersion(params.name, fields);
      return reply.header('hx-redirect', '/tasks').send('');
    },
  );
  console.post(
    '/images/:name/next-version/uploads',
    { ...admin, schema: { ...named, body: versionUploadForm } },
    async ({ params, body }, reply) => {
      const { sizeBytes, format, note } = body;
      const fields = { sizeBytes, format: format || undefined, note: note?.trim() };
      const upload = await uploads.begin({ ...fields, name: params.name, becomes: 'version' });
      return announceUpload(reply, upload);
    },
  );
}
