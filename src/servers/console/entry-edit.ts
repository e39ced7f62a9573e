import type { FastifyInstance } from 'fastify';
import { CafebootError } from '../../errors.ts';
import { operator } from '../../http/access.ts';
import { etagOf } from '../../http/etag.ts';
import { typed } from '../../http/typed.ts';
import type { Entry } from '../../service/entries.ts';
import type { Image } from '../../service/images.ts';
import { byEntry, entryForm, toEntryFields } from './entry-forms.ts';
import type { ConsoleKit } from './kit.ts';

const blank = { name: '', description: '', os: '', data: [] as string[] };

/** The form with all of a boot entry, for a new one and for one that there is. */
export function addEntryEditPages(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  function formValues(entry: typeof blank) {
    const isOffered = ({ name, published }: Image) =>
      published !== null || name === entry.os || entry.data.includes(name);
    const images = services.images.list().filter(isOffered);
    const data = images.filter(({ kind }) => kind === 'data').map(({ name }) => name);
    return {
      entry,
      osImages: images.filter(({ kind }) => kind === 'os').map(({ name }) => name),
      // Its own first, in their order.
      dataImages: [...new Set([...entry.data, ...data])],
    };
  }

  console.get('/new-entry', operator, async (request, reply) =>
    kit.page(request, reply, 'entries/edit.njk', { ...formValues(blank), isNew: true }),
  );
  console.post(
    '/new-entry',
    { ...operator, schema: { body: entryForm } },
    async (request, reply) => {
      services.addEntry(toEntryFields(request.body));
      return reply.header('hx-redirect', '/entries').send('');
    },
  );

  console.get(
    '/entries/:name/edit',
    { ...operator, schema: { params: byEntry } },
    async (request, reply) => {
      const entry = services.entries.get(request.params.name);
      const values = { ...formValues(entry), isNew: false, seen: seenOf(entry) };
      return kit.page(request, reply, 'entries/edit.njk', values);
    },
  );
  console.post(
    '/entries/:name/edit',
    { ...operator, schema: { params: byEntry, body: entryForm } },
    async (request, reply) => {
      const before = services.entries.get(request.params.name);
      if (request.body.seen !== seenOf(before)) {
        throw new CafebootError('changed_meanwhile', { what: before.name });
      }
      await services.updateEntry(before.name, toEntryFields(request.body));
      return reply.header('hx-redirect', '/entries').send('');
    },
  );
}

/** Another place in the menu is no change of what the form shows. */
const seenOf = ({ position: _, ...shown }: Entry): string => etagOf(shown);
