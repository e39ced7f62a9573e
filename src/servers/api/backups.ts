import type { FastifyInstance } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { byBackup, newBackup } from './schemas.ts';

/** Backups: those in the backups' directory, a new one, one to keep elsewhere, and one to be rid of. */
export function addBackupRoutes(app: FastifyInstance, { backups }: Services): void {
  const api = typed(app);
  api.get('/backups', admin, async () => backups.list());
  api.post('/backups', { ...admin, schema: { body: newBackup } }, async ({ body }, reply) =>
    reply.code(202).send(await backups.start(body)),
  );
  api.get(
    '/backups/:name',
    { ...admin, schema: { params: byBackup } },
    async ({ params }, reply) => {
      const { content, sizeBytes } = await backups.open(params.name);
      return reply
        .type('application/zstd')
        .header('content-length', sizeBytes)
        .header('content-disposition', `attachment; filename="${params.name}"`)
        .send(content);
    },
  );
  api.delete(
    '/backups/:name',
    { ...admin, schema: { params: byBackup } },
    async ({ params }, reply) => {
      await backups.remove(params.name);
      return reply.code(204).send();
    },
  );
}
