import type { FastifyInstance } from 'fastify';
import { viewer } from '../../http/access.ts';
import type { Translator } from '../../i18n/translate.ts';
import { formatMetrics } from '../../service/metrics.ts';
import type { Services } from '../../service/services.ts';
import { answerProblems } from './problems.ts';

/** `/metrics`, as Prometheus reads it with an API token. */
export function addMetricsRoute(
  app: FastifyInstance,
  { metrics }: Services,
  translator: Translator,
): void {
  app.register(async (scope) => {
    answerProblems(scope, translator);
    scope.get('/metrics', viewer, async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(formatMetrics(await metrics())),
    );
  });
}
