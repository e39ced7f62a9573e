import type { FastifyInstance } from 'fastify';
import { firmwareChoices } from '../../boot/firmware.ts';
import { findMac, macHex } from '../../boot/mac.ts';
import { CafebootError } from '../../errors.ts';
import { operator } from '../../http/access.ts';
import { etagOf } from '../../http/etag.ts';
import { typed } from '../../http/typed.ts';
import type { Host } from '../../service/host-fields.ts';
import { powerMeans } from '../../service/power.ts';
import { byHost, hostForm, newHostQuery, toHostFields } from './host-forms.ts';
import type { ConsoleKit } from './kit.ts';

/** What a new host has until somebody says otherwise. */
const blank: Omit<Host, 'id' | 'nextEntry' | 'nextTool' | 'capture' | 'bootFiles'> = {
  ...{ mac: '', name: '', ip: null, group: null, entry: null, super: false, overlay: 'discard' },
  ...{ chap: true, power: ['agent', 'wol'], firmware: 'auto' },
};

/** The form with all of a host, for a new one and for one that there is. */
export function addHostEditPages(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  const formValues = (host: typeof blank) => ({
    host,
    entries: services.entries.list().map(({ name }) => name),
    groups: [...new Set(services.hosts.list().flatMap(({ group }) => group ?? []))].sort(),
    firmwareChoices,
    // The host's own first, in its order.
    means: [...new Set([...host.power, ...powerMeans])],
  });

  console.get(
    '/new-host',
    { ...operator, schema: { querystring: newHostQuery } },
    async (request, reply) => {
      const mac = findMac(request.query.mac ?? '') ?? '';
      // A PC that asked to boot is one that the plan has a number for.
      const next = services.adoption.findNext();
      const host = { ...blank, mac, name: next?.name ?? '', ip: next?.ip ?? null };
      return kit.page(request, reply, 'hosts/edit.njk', { ...formValues(host), hex: null });
    },
  );
  console.post('/new-host', { ...operator, schema: { body: hostForm } }, async (request, reply) => {
    const { mac } = services.addHost(toHostFields(request.body));
    return reply.header('hx-redirect', `/hosts/${macHex(mac)}`).send('');
  });

  console.get(
    '/hosts/:key/edit',
    { ...operator, schema: { params: byHost } },
    async (request, reply) => {
      const host = services.hosts.get(request.params.key);
      return kit.page(request, reply, 'hosts/edit.njk', {
        ...formValues(host),
        hex: macHex(host.mac),
        seen: seenOf(host),
      });
    },
  );
  console.post(
    '/hosts/:key/edit',
    { ...operator, schema: { params: byHost, body: hostForm } },
    async (request, reply) => {
      const before = services.hosts.get(request.params.key);
      if (request.body.seen !== seenOf(before)) {
        throw new CafebootError('changed_meanwhile', { what: before.name });
      }
      const { mac } = services.updateHost(before.mac, toHostFields(request.body, before));
      return reply.header('hx-redirect', `/hosts/${macHex(mac)}`).send('');
    },
  );
}

/** Of what the form shows: what a boot used up, or found out, is no change of it. */
function seenOf({ nextEntry: _, nextTool: __, bootFiles: ___, ...shown }: Host): string {
  return etagOf(shown);
}
