import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { TaskRow } from '../store/tasks.ts';
import type { Timeline } from './timeline.ts';

/** What a running job is given. */
export interface TaskControl {
  /** Aborted when somebody cancels the task. */
  signal: AbortSignal;
  progress(doneBytes: number, totalBytes: number): void;
}

export interface TaskDeps {
  store: Store;
  timeline: Timeline;
  log: Logger;
  now: () => number;
}

/** A task as it is shown. */
export type Task = TaskRow;
export type Tasks = ReturnType<typeof createTasks>;

/** Progress is stored this often, so that a fast copy does not become a write to the database each. */
const progressEveryMs = 500;

/** Long jobs: each has a row with its progress, can be cancelled, and ends as done, failed or cancelled. */
export function createTasks({ store, timeline, log, now }: TaskDeps) {
  const running = new Map<number, { controller: AbortController; ended: Promise<void> }>();

  function end(task: TaskRow, error: unknown): void {
    const subject = { id: task.id, task: task.kind, subject: task.subject };
    if (error === undefined) {
      store.tasks.update(task.id, { state: 'done', endedAt: now() });
      timeline.record({ kind: 'task.done', data: subject });
      return;
    }
    const { code, context } =
      error instanceof CafebootError ? error : new CafebootError('internal', {}, { cause: error });
    const state = code === 'task_cancelled' ? 'cancelled' : 'failed';
    store.tasks.update(task.id, {
      state,
      endedAt: now(),
      error: JSON.stringify({ code, context }),
    });
    if (state === 'cancelled') return;
    log.error({ err: error, ...subject }, 'task failed');
    timeline.record({ kind: 'task.failed', level: 'error', data: { ...subject, code } });
  }

  function get(id: number): TaskRow {
    const task = store.tasks.find(id);
    if (!task) throw new CafebootError('not_found', { kind: 'task', name: id });
    return task;
  }

  return {
    list: store.tasks.list,
    get,

    /** Starts the job and returns its row at once. The job undoes its own effects when it fails. */
    start(kind: string, subject: string, job: (control: TaskControl) => Promise<void>): TaskRow {
      const task = get(store.tasks.add(kind, subject, now()));
      const controller = new AbortController();
      let storedAt = 0;
      const progress = (doneBytes: number, totalBytes: number): void => {
        if (now() - storedAt < progressEveryMs && doneBytes < totalBytes) return;
        storedAt = now();
        store.tasks.update(task.id, { doneBytes, totalBytes });
      };
      const ended = job({ signal: controller.signal, progress })
        .then(
          () => end(task, undefined),
          (error: unknown) => end(task, error ?? new Error('failed without a reason')),
        )
        .finally(() => running.delete(task.id));
      running.set(task.id, { controller, ended });
      return task;
    },

    /** Resolves when the task has ended, however. */
    async ended(id: number): Promise<void> {
      await running.get(id)?.ended;
    },

    /** Asks the job to stop and waits until it has cleaned up. Fine for a task that has ended. */
    async cancel(id: number): Promise<TaskRow> {
      const task = running.get(get(id).id);
      task?.controller.abort();
      await task?.ended;
      return get(id);
    },

    /** Tasks that a crash interrupted: they will not go on, and their rows say so. */
    failInterrupted(): void {
      for (const { id } of store.tasks.running()) {
        const error = JSON.stringify({ code: 'task_interrupted', context: {} });
        store.tasks.update(id, { state: 'failed', endedAt: now(), error });
      }
    },

    async close(): Promise<void> {
      for (const { controller } of running.values()) controller.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
