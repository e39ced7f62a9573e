import type { FastifyInstance } from 'fastify';
import { admin, operator } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import { byEntry, orderForm } from './entry-forms.ts';
import type { ConsoleKit } from './kit.ts';

/** What is done to the menu from its list, which changes by itself. */
export function addEntryActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  console.post(
    '/entries/order',
    { ...operator, schema: { body: orderForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      services.setEntryOrder([request.body.names].flat());
      return kit.toast(reply, 'success', t('entries:ordered')).send('');
    },
  );
  console.post(
    '/entries/:name/remove',
    { ...admin, schema: { params: byEntry } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { name } = request.params;
      await services.removeEntry(name);
      return kit.toast(reply, 'success', t('entries:removed', { name })).send('');
    },
  );
}
