import type { FastifyInstance } from 'fastify';
import type { Services } from '../../service/services.ts';
import { cacheSwitch, diskPlan, sampleQuery } from './schemas.ts';
import { typed } from './typed.ts';

/** The pool that the disks are in, and what is below it. */
export function addStorageRoutes(app: FastifyInstance, { pool, storageSetup }: Services): void {
  const api = typed(app);
  api.get('/storage/pool', async () => pool.get());
  api.get('/storage/pool/samples', { schema: { querystring: sampleQuery } }, async ({ query }) =>
    pool.samples(query.since ?? 0),
  );

  api.get('/storage/disks', async () => storageSetup.listDisks());
  api.post('/storage/init', { schema: { body: diskPlan } }, async ({ body }, reply) =>
    reply.code(201).send(await storageSetup.initDisk(body)),
  );
  api.get('/storage/targetcli', async () => ({ commands: await storageSetup.targetcliCommands() }));
  api.get('/storage/cache', async () => storageSetup.readCache());
  api.put('/storage/cache', { schema: { body: cacheSwitch } }, async ({ body }) =>
    storageSetup.setReadCache(body.on),
  );
}
