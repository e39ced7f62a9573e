import type { FastifyInstance } from 'fastify';
import type { Services } from '../../service/services.ts';
import { sampleQuery } from './schemas.ts';
import { typed } from './typed.ts';

/** The pool that the disks are in. */
export function addStorageRoutes(app: FastifyInstance, { pool }: Services): void {
  const api = typed(app);
  api.get('/storage/pool', async () => pool.get());
  api.get('/storage/pool/samples', { schema: { querystring: sampleQuery } }, async ({ query }) =>
    pool.samples(query.since ?? 0),
  );
}
