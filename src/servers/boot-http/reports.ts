import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { hasCode } from '../../errors.ts';
import { osReportSchema } from '../../service/os-reports.ts';
import type { BootHttpDeps } from './server.ts';

/** What runs inside a PC's OS tells us here that it is up; who it is, its address says. */
export function addReports(app: FastifyInstance, { boots }: BootHttpDeps): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post('/report/os', { schema: { body: osReportSchema } }, async (request, reply) => {
      try {
        await boots.osUp(request.ip, request.body);
        return reply.code(204).send();
      } catch (error) {
        if (!hasCode(error, 'not_found')) throw error;
        return reply.code(404).send({ code: error.code });
      }
    });
}
