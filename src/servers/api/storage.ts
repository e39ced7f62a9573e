import type { FastifyInstance } from 'fastify';
import { admin, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { cacheSwitch, diskPlan, sampleQuery } from './schemas.ts';

/** The pool that the disks are in, and what is below it. */
export function addStorageRoutes(app: FastifyInstance, { pool, storageSetup }: Services): void {
  const api = typed(app);
  api.get('/storage/pool', viewer, async () => pool.get());
  api.get(
    '/storage/pool/samples',
    { ...viewer, schema: { querystring: sampleQuery } },
    async ({ query }) => pool.samples(query.since ?? 0),
  );

  api.get('/storage/disks', viewer, async () => storageSetup.listDisks());
  api.post('/storage/init', { ...admin, schema: { body: diskPlan } }, async ({ body }, reply) =>
    reply.code(201).send(await storageSetup.initDisk(body)),
  );
  api.get('/storage/targetcli', admin, async () => ({
    commands: await storageSetup.targetcliCommands(),
  }));
  api.get('/storage/cache', viewer, async () => storageSetup.readCache());
  api.put('/storage/cache', { ...admin, schema: { body: cacheSwitch } }, async ({ body }) =>
    storageSetup.setReadCache(body.on),
  );
}
