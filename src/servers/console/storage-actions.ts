import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CafebootError } from '../../errors.ts';
import { admin } from '../../http/access.ts';
import { csrfField } from '../../http/csrf.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';

const csrf = { [csrfField]: Type.Optional(Type.String()) };
const disk = Type.String({ pattern: '^/dev/', maxLength: 256 });
const initForm = Type.Object({
  disk,
  volumeGroup: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$' }),
  readCache: Type.Optional(Type.String()),
  /** The disk's name, typed. */
  erase: Type.String({ maxLength: 256 }),
  ...csrf,
});
const cacheForm = Type.Object({ state: Type.Enum(['on', 'off']), ...csrf });
const reconcileForm = Type.Object({ mode: Type.Enum(['look', 'do']), ...csrf });

/** What is done to the storage, by administrators. */
export function addStorageActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { storageSetup, reconcile } = kit.services;
  const console = typed(app);

  console.post(
    '/storage/init',
    { ...admin, schema: { body: initForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { disk: path, volumeGroup, readCache, erase } = request.body;
      if (erase !== path)
        throw new CafebootError('not_confirmed', { field: 'erase', expected: path });
      const isCached = readCache !== undefined;
      await storageSetup.initDisk({ disk: path, volumeGroup, readCache: isCached, erase });
      return kit.toast(reply, 'success', t('storage:init.done', { disk: path })).send('');
    },
  );

  console.post(
    '/storage/cache',
    { ...admin, schema: { body: cacheForm } },
    async (request, reply) => {
      const t = kit.translate(request);
      const { isOn } = await storageSetup.setReadCache(request.body.state === 'on');
      return kit
        .toast(reply, 'success', isOn ? t('storage:cache.isOn') : t('storage:cache.isOff'))
        .send('');
    },
  );

  /** What is not as it should be; with `do`, put right. */
  console.post(
    '/storage/reconcile',
    { ...admin, schema: { body: reconcileForm } },
    async (request, reply) => {
      const isDone = request.body.mode === 'do';
      request.isAudited = isDone;
      const steps = await reconcile({ dryRun: !isDone });
      return kit.fragment(request, reply, 'storage/steps.njk', { steps, isDone });
    },
  );
}
