import type { FastifyInstance } from 'fastify';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { typed } from './typed.ts';

/** The cafe at one look. */
export function addOverviewRoutes(
  app: FastifyInstance,
  { attention }: Services,
  translator: Translator,
): void {
  const api = typed(app);
  api.get('/attention', async () =>
    (await attention.list()).map((each) => ({
      ...each,
      ...translator.attention(each),
    })),
  );
}
