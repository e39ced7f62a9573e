import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { admin } from '../../http/access.ts';
import { csrfField } from '../../http/csrf.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';
import { readTasks } from './task-view.ts';

const csrf = { [csrfField]: Type.Optional(Type.String()) };
const newBackup = Type.Object({
  images: Type.Optional(Type.String()),
  /** Of this machine; empty: in the backups' directory. */
  path: Type.String({ pattern: '^\\s*(/.*)?$', maxLength: 4096 }),
  ...csrf,
});
const byBackup = Type.Object({ name: Type.String({ maxLength: 100 }) });

/** The backups there are, a new one, and how to go back to one. */
export function addBackupPages(app: FastifyInstance, kit: ConsoleKit): void {
  const { services, live } = kit;
  const console = typed(app);

  const readRunning = () =>
    readTasks(services.tasks).filter(
      ({ kind, state }) => kind === 'backup.make' && state === 'running',
    );

  live.add({
    name: 'backups',
    access: 'admin',
    async fragments() {
      const [backups, running] = [await services.backups.list(), readRunning()];
      return [
        { id: 'backup-running', template: 'backups/running.njk', values: { running } },
        { id: 'backup-list', template: 'backups/list.njk', values: { backups } },
      ];
    },
    follow: services.tasks.follow,
  });

  console.get('/backups', admin, async (request, reply) => {
    const liveUrl = await live.urlOf('backups');
    const { backupHour, backupsKept } = services.settings.get();
    return kit.page(request, reply, 'backups/backups.njk', {
      liveUrl,
      backups: await services.backups.list(),
      running: readRunning(),
      daily: { hour: backupHour, kept: backupsKept },
    });
  });

  console.post('/backups', { ...admin, schema: { body: newBackup } }, async (request, reply) => {
    const { path, images } = request.body;
    await services.backups.start({
      path: path.trim() || undefined,
      images: images !== undefined,
    });
    const t = kit.translate(request);
    return kit.toast(reply, 'success', t('backups:started')).send('');
  });

  console.post(
    '/backups/:name/remove',
    { ...admin, schema: { params: byBackup } },
    async (request, reply) => {
      await services.backups.remove(request.params.name);
      const backups = await services.backups.list();
      return kit.fragment(request, reply, 'backups/list.njk', { backups });
    },
  );
}
