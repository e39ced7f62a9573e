import type { FastifyInstance } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { migrationFields } from './schemas.ts';

/** Taking over a cafe from DBC-CloudCyberCafe: what would be done, and doing it. */
export function addMigrationRoutes(app: FastifyInstance, { migration }: Services): void {
  const api = typed(app);
  api.post('/migration/plan', { ...admin, schema: { body: migrationFields } }, async (request) => {
    request.isAudited = false;
    return (await migration.plan(request.body)).map(({ apply: _, ...step }) => step);
  });
  api.post('/migration', { ...admin, schema: { body: migrationFields } }, async ({ body }, reply) =>
    reply.code(202).send(await migration.start(body)),
  );
}
