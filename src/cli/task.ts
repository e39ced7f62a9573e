import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { CafebootError, type ErrorCode, type ErrorContext } from '../errors.ts';
import type { Task } from '../service/tasks.ts';
import { type ApiCall, pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';

const columns = ['id', 'kind', 'subject', 'state', 'progress', 'started'];

/** `cafeboot task list|cancel`: long jobs, such as imports. */
export function addTaskCommand(program: Command, context: CliContext): void {
  const task = program.command('task').description('long jobs, such as imports');
  const show = (tasks: Task[]) => {
    if (context.json()) return context.print(JSON.stringify(tasks));
    const rows = tasks.map((each) => ({
      ...each,
      progress: `${percentOf(each)} %`,
      started: new Date(each.createdAt).toLocaleString(),
    }));
    return context.print(toTable(rows, columns));
  };

  task
    .command('list')
    .description('the latest tasks, newest first')
    .action(() => context.withApi(async (api) => show((await api('GET', '/tasks')) as Task[])));

  task
    .command('cancel <id>')
    .description('stop a task; what it has done so far is undone')
    .action((id: string) =>
      context.withApi(async (api) =>
        show([(await api('POST', pathTo('tasks', id, 'cancel'))) as Task]),
      ),
    );
}

const percentOf = ({ doneBytes, totalBytes }: Task): number =>
  totalBytes > 0 ? Math.floor((doneBytes / totalBytes) * 100) : 0;

const pollMs = 300;

/** Waits for the task's end, telling how far it is, in bytes or what it counts. Throws why it failed. */
export async function waitForTask(
  api: ApiCall,
  id: number,
  context: CliContext,
  toAmount: (amount: number) => string = toSize,
): Promise<void> {
  let shown = -1;
  for (;;) {
    const task = (await api('GET', `/tasks/${id}`)) as Task;
    const percent = percentOf(task);
    if (percent !== shown && !context.json()) {
      context.progress(
        `${task.subject}: ${toAmount(task.doneBytes)} of ${toAmount(task.totalBytes)} (${percent} %)`,
      );
    }
    shown = percent;
    if (task.state === 'done') return;
    if (task.state !== 'running') throw taskError(task);
    await sleep(pollMs);
  }
}

function taskError(task: Task): CafebootError {
  const { code, context } = JSON.parse(task.error ?? '{"code":"internal","context":{}}') as {
    code: ErrorCode;
    context: ErrorContext;
  };
  return new CafebootError(code, context);
}
