import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance } from 'fastify';
import { viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import { eventQuery } from './event-forms.ts';
import type { EventSearch, ToldEvent } from './event-search.ts';
import type { ConsoleKit } from './kit.ts';

/** More lines than a spreadsheet takes would be in vain. */
const linesLimit = 500_000;

const csvOptions = { record_delimiter: 'windows', escape_formulas: true } as const;

/** `/events.csv` and `/events.json`: everything that a search finds, the newest first. */
export function addEventDownloads(
  app: FastifyInstance,
  kit: ConsoleKit,
  search: EventSearch,
): void {
  const console = typed(app);

  console.get(
    '/events.csv',
    { ...viewer, schema: { querystring: eventQuery } },
    async (request, reply) => {
      const t = kit.translate(request);
      const head = [t('events:at'), t('events:level'), t('events:host'), t('events:mac')];
      const columns = [...head, t('events:event'), t('events:kind'), t('events:details')];
      const batches = search.readAll(request.query, kit.translator(request));
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="events.csv"')
        .send(Readable.from(toCsv(columns, batches)));
    },
  );

  console.get(
    '/events.json',
    { ...viewer, schema: { querystring: eventQuery } },
    async (request, reply) =>
      reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="events.json"')
        .send(Readable.from(toJson(search.readAll(request.query, kit.translator(request))))),
  );
}

const toLine = ({ at, level, host, mac, text, kind, data }: ToldEvent): string[] => [
  new Date(at).toISOString(),
  level,
  host ?? '',
  mac ?? '',
  text,
  kind,
  JSON.stringify(data),
];

/** UTF-8 with BOM, as spreadsheets want it. */
async function* toCsv(columns: string[], batches: AsyncIterable<ToldEvent[]>) {
  yield stringify([columns], { ...csvOptions, bom: true });
  for await (const events of limited(batches)) {
    if (events.length > 0) yield stringify(events.map(toLine), csvOptions);
  }
}

async function* toJson(batches: AsyncIterable<ToldEvent[]>) {
  let separator = '[\n';
  for await (const events of limited(batches)) {
    for (const { at, ...event } of events) {
      yield separator + JSON.stringify({ at: new Date(at).toISOString(), ...event });
      separator = ',\n';
    }
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

async function* limited(batches: AsyncIterable<ToldEvent[]>) {
  let lines = 0;
  for await (const events of batches) {
    yield events.slice(0, linesLimit - lines);
    lines += events.length;
    if (lines >= linesLimit) return;
  }
}
