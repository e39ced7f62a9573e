import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { hasCode } from '../../errors.ts';
import type { BootHttpDeps } from './server.ts';

const osReport = Type.Object({
  os: Type.String({ maxLength: 100 }),
  version: Type.String({ maxLength: 100 }),
});

/** What runs inside a PC's OS tells us here that it is up; who it is, its address says. */
export function addReports(app: FastifyInstance, { boots }: BootHttpDeps): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post('/report/os', { schema: { body: osReport } }, async (request, reply) => {
      try {
        const { os, version } = request.body;
        await boots.osUp(request.ip, { os, version });
        return reply.code(204).send();
      } catch (error) {
        if (!hasCode(error, 'not_found')) throw error;
        return reply.code(404).send({ code: error.code });
      }
    });
}
