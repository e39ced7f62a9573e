import type { FastifyInstance } from 'fastify';
import { viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { trafficQuery } from './schemas.ts';

const hourMs = 3_600_000;

/** The cafe at one look. */
export function addOverviewRoutes(
  app: FastifyInstance,
  { attention, traffic }: Services,
  translator: Translator,
): void {
  const api = typed(app);
  api.get('/traffic', { ...viewer, schema: { querystring: trafficQuery } }, async ({ query }) =>
    traffic.series(query.from ?? Date.now() - hourMs, (query.step ?? 60) * 1_000),
  );
  api.get('/attention', viewer, async () =>
    (await attention.list()).map((each) => ({
      ...each,
      ...translator.attention(each),
    })),
  );
}
