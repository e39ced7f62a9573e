import type { FastifyInstance } from 'fastify';
import { macHex } from '../../boot/mac.ts';
import { operator } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import { byHost, captureForm, hostChange, powerForm, toChange } from './host-forms.ts';
import type { ConsoleKit } from './kit.ts';

/** What is done to a host from its page: each answers with a note, and the page changes by itself. */
export function addHostActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);
  const one = { params: byHost };

  console.post(
    '/hosts/:key/power',
    { ...operator, schema: { ...one, body: powerForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { name } = services.hosts.getRow(request.params.key);
      services.power.switch(request.body.action, { hosts: [name] });
      return kit.toast(reply, 'info', t('hosts:power.begun', { host: name })).send('');
    },
  );
  console.post(
    '/hosts/:key/change',
    { ...operator, schema: { ...one, body: hostChange } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { name } = services.updateHost(request.params.key, toChange(request.body));
      return kit.toast(reply, 'success', t('hosts:changed', { host: name })).send('');
    },
  );
  console.post('/hosts/:key/reset', { ...operator, schema: one }, async (request, reply) => {
    const t = kit.translate(request);
    const { name } = await services.resetHost(request.params.key);
    return kit.toast(reply, 'success', t('hosts:reset.done', { host: name })).send('');
  });
  console.post('/hosts/:key/secret', { ...operator, schema: one }, async (request, reply) => {
    const t = kit.translate(request);
    services.renewHostSecret(request.params.key);
    return kit.toast(reply, 'success', t('hosts:secret.done')).send('');
  });
  console.post(
    '/hosts/:key/capture',
    { ...operator, schema: { ...one, body: captureForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { key } = request.params;
      const { image } = request.body;
      if (image === '') await services.captures.end(key);
      else await services.captures.set(key, image);
      const text = image === '' ? t('hosts:capture.ended') : t('hosts:capture.begun', { image });
      return kit.toast(reply, 'success', text).send('');
    },
  );
  console.post('/hosts/:key/os', { ...operator, schema: one }, async (request, reply) => {
    const t = kit.translate(request);
    const { key } = request.params;
    const { mac, name } = services.hosts.getRow(key);
    const os = await services.agents.refreshOs(key);
    kit.toast(reply, 'success', t('hosts:os.done', { host: name }));
    return kit.fragment(request, reply, 'hosts/os.njk', { os, hex: macHex(mac) });
  });
  console.post('/hosts/:key/remove', { ...operator, schema: one }, async (request, reply) => {
    await services.removeHost(request.params.key);
    return reply.header('hx-redirect', '/hosts').send('');
  });
}
