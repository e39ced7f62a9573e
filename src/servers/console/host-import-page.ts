import type { FastifyInstance } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import { csvColumns } from '../../service/host-csv.ts';
import { csvForm } from './host-forms.ts';
import { toImportView } from './host-import-view.ts';
import type { ConsoleKit } from './kit.ts';

/** More than the longest list that is taken, each letter of it escaped. */
const bodyLimit = 8 * 1024 ** 2;

/** A list of PCs from a spreadsheet: looked through first, then taken as a whole. */
export function addHostImportPage(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  console.get('/hosts/import', admin, async (request, reply) =>
    kit.page(request, reply, 'hosts/import.njk', { columns: csvColumns }),
  );
  console.post(
    '/hosts/import/preview',
    { ...admin, bodyLimit, schema: { body: csvForm } },
    async (request, reply) => {
      request.isAudited = false;
      const plan = services.importHosts(request.body.csv, { dryRun: true });
      const values = { ...toImportView(plan, services.hosts.list()) };
      return kit.fragment(request, reply, 'hosts/import-preview.njk', values);
    },
  );
  console.post(
    '/hosts/import',
    { ...admin, bodyLimit, schema: { body: csvForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { added, changed } = services.importHosts(request.body.csv);
      const counts = { added: added.length, changed: changed.length };
      kit.toast(reply, 'success', t('hosts:import.done', counts));
      return kit.fragment(request, reply, 'hosts/import-done.njk', counts);
    },
  );
}
