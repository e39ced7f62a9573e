import type { FastifyInstance } from 'fastify';
import { admin, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Translator } from '../../i18n/translate.ts';
import { type CsvProblem, formatHostCsv } from '../../service/host-csv.ts';
import type { Services } from '../../service/services.ts';
import { hostCsvQuery, hostList, hostListQuery } from './schemas.ts';

/** The list of hosts as a spreadsheet has it. */
export function addHostListRoutes(
  app: FastifyInstance,
  services: Services,
  translator: Translator,
): void {
  const api = typed(app);
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'string' },
    async (_request: unknown, text: unknown) => ({
      csv: text,
    }),
  );

  const inWords = (problem: CsvProblem) => ({
    ...problem,
    reason: translator.text(`csv:${problem.code}`, { ...problem }),
  });

  api.get(
    '/hosts.csv',
    { ...viewer, schema: { querystring: hostCsvQuery } },
    async ({ query }, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="hosts.csv"')
        .send(formatHostCsv(services.hosts.list(), query.language ?? translator.language)),
  );
  api.post(
    '/hosts/import',
    { ...admin, schema: { body: hostList, querystring: hostListQuery } },
    async (request) => {
      const { dryRun = false } = request.query;
      request.isAudited = !dryRun;
      const plan = services.importHosts(request.body.csv, { dryRun });
      return { ...plan, problems: plan.problems.map(inWords) };
    },
  );
}
