import type { FastifyInstance } from 'fastify';
import { CafebootError } from '../../errors.ts';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import {
  byName,
  byVersion,
  endForm,
  exportForm,
  growForm,
  publishForm,
  removeForm,
  sessionForm,
  toBytes,
} from './image-forms.ts';
import type { ConsoleKit } from './kit.ts';

/** What is done to an image: each answers with a note, and the page changes by itself. */
export function addImageActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { images, imageChanges, transfers } = kit.services;
  const console = typed(app);
  const named = { params: byName };

  console.post(
    '/images/:name/publish',
    { ...admin, schema: { ...named, body: publishForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { name } = request.params;
      const { published } = await imageChanges.publishDraft(name, request.body.note?.trim());
      const text = t('images:publish.done', { version: published });
      return kit.toast(reply, 'success', text).send('');
    },
  );
  console.post(
    '/images/:name/draft/discard',
    { ...admin, schema: named },
    async (request, reply) => {
      const t = kit.translate(request);
      await imageChanges.discardDraft(request.params.name);
      return kit.toast(reply, 'success', t('images:discard.done')).send('');
    },
  );
  console.post(
    '/images/:name/grow',
    { ...admin, schema: { ...named, body: growForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      await imageChanges
        .grow(request.params.name, toBytes(request.body.sizeGib))
        .catch((error: unknown) => {
          if (!(error instanceof CafebootError) || error.context.field !== 'sizeBytes') throw error;
          throw new CafebootError(error.code, { ...error.context, field: 'sizeGib' });
        });
      return kit.toast(reply, 'success', t('images:grow.done')).send('');
    },
  );

  console.post(
    '/images/:name/versions/:number/publish',
    { ...admin, schema: { params: byVersion } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { name, number } = request.params;
      await imageChanges.rollBack(name, number);
      const text = t('images:rollback.done', { version: number });
      return kit.toast(reply, 'success', text).send('');
    },
  );
  console.post(
    '/images/:name/versions/:number/remove',
    { ...admin, schema: { params: byVersion } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { name, number } = request.params;
      await imageChanges.removeVersion(name, number);
      const text = t('images:version.removed', { version: number });
      return kit.toast(reply, 'success', text).send('');
    },
  );
  console.post('/images/:name/prune', { ...admin, schema: named }, async (request, reply) => {
    const t = kit.translate(request);
    const { length: count } = await imageChanges.removeUnusedVersions(request.params.name);
    const text = t('images:prune.done', { count });
    return kit.toast(reply, count > 0 ? 'success' : 'info', text).send('');
  });

  console.post(
    '/images/:name/export',
    { ...admin, schema: { ...named, body: exportForm } },
    async (request, reply) => {
      const { path, format, number: version } = request.body;
      await transfers.export(request.params.name, { path, format, version });
      return reply.header('hx-redirect', '/tasks').send('');
    },
  );
  console.post(
    '/images/:name/remove',
    { ...admin, schema: { ...named, body: removeForm } },
    async (request, reply) => {
      const { name } = request.params;
      if (request.body.typed !== name) {
        throw new CafebootError('not_confirmed', { field: 'typed', expected: name });
      }
      await images.remove(name);
      return reply.header('hx-redirect', '/images').send('');
    },
  );
  addSessionActions(app, kit);
}

/** PCs that change the image: from which boot on, and until when. */
function addSessionActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { superSessions, power, hall } = kit.services;
  const console = typed(app);
  const named = { params: byName };

  console.post(
    '/images/:name/sessions',
    { ...admin, schema: { ...named, body: sessionForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { host, entry, restart } = request.body;
      superSessions.start(request.params.name, { host, entry });
      if (restart) {
        const isOff = hall.tiles().find(({ name }) => name === host)?.state === 'off';
        power.switch(isOff ? 'on' : 'reboot', { hosts: [host] });
      }
      const text = t('images:session.begun', { host });
      return kit.toast(reply, 'success', text).send('');
    },
  );
  console.post(
    '/images/:name/sessions/end',
    { ...admin, schema: { ...named, body: endForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { host } = request.body;
      await superSessions.end(request.params.name, host);
      const text = t('images:session.ended', { host });
      return kit.toast(reply, 'success', text).send('');
    },
  );
}
