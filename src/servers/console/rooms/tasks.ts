import { admin, viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/tasks.en.json' with { type: 'json' };
import zh from '../../../i18n/console/tasks.zh-CN.json' with { type: 'json' };
import type { Fragment } from '../live.ts';
import type { Room } from '../room.ts';
import { readTasks, type TaskView, taskParams } from '../task-view.ts';

/** Long jobs: how far they are, what they said, and the way to stop them. */
export const tasks: Room = {
  name: 'tasks',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/tasks', icon: 'list-check', order: 55 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    live.add({
      name: 'tasks',
      fragments: () => toFragments(readTasks(services.tasks)),
      follow: services.tasks.follow,
    });
    const console = typed(app);

    console.get('/tasks', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('tasks');
      const tasks = readTasks(services.tasks);
      return kit.page(request, reply, 'tasks/tasks.njk', { tasks, liveUrl });
    });

    console.post(
      '/tasks/:id/cancel',
      { ...admin, schema: { params: taskParams } },
      async (request, reply) => {
        const { state } = await services.tasks.cancel(request.params.id);
        const t = kit.translate(request);
        const [level, text] =
          state === 'cancelled'
            ? (['success', t('tasks:cancelled')] as const)
            : (['info', t('tasks:tooLate')] as const);
        return kit.toast(reply, level, text).send('');
      },
    );
  },
};

/** A list whose tasks are made anew each by itself, so that a log which is open stays so. */
function toFragments(tasks: TaskView[]): Fragment[] {
  return [
    {
      id: 'task-list',
      template: 'tasks/list.njk',
      values: { tasks },
      dependsOn: tasks.map(({ id }) => id),
    },
    ...tasks.flatMap((task): Fragment[] => [
      { id: `task-${task.id}`, template: 'tasks/task.njk', values: { task } },
      {
        id: `task-cancel-${task.id}`,
        template: 'tasks/cancel.njk',
        values: { task },
        dependsOn: task.state,
      },
      {
        id: `task-log-${task.id}`,
        template: 'tasks/log.njk',
        values: { task },
        dependsOn: task.log,
      },
    ]),
  ];
}
