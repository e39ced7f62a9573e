import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { TaskLine, TaskRow } from '../store/tasks.ts';
import { createPaceMeter, type Pace, type PaceMeter } from './task-pace.ts';
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
export type Task = TaskRow & Pace;
export type Tasks = ReturnType<typeof createTasks>;

/** Progress is stored this often, so that a fast copy does not become a write to the database each. */
const progressEveryMs = 500;

/** Lines of a task's log; each has a text under `taskLine.<code>`. */
export const taskLineCodes = ['started', 'progress', 'done', 'failed', 'cancelled'] as const;
export type TaskLineCode = (typeof taskLineCodes)[number];

const noPace: Pace = { perSecond: null, secondsLeft: null };

/** Long jobs: each has a row with its progress, can be cancelled, and ends as done, failed or cancelled. */
export function createTasks({ store, timeline, log, now }: TaskDeps) {
  const running = new Map<
    number,
    { controller: AbortController; ended: Promise<void>; meter: PaceMeter }
  >();

  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const say = (id: number, code: TaskLineCode, data: TaskLine['data'] = {}) =>
    store.tasks.addLine(id, { at: now(), code, data });

  const present = (row: TaskRow): Task => ({
    ...row,
    ...(running.get(row.id)?.meter.pace(now(), row.totalBytes) ?? noPace),
  });

  function end(task: TaskRow, error: unknown): void {
    const subject = { id: task.id, task: task.kind, subject: task.subject };
    if (error === undefined) {
      say(task.id, 'done');
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
    say(task.id, state, { code });
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
    list: (): Task[] => store.tasks.list().map(present),
    get: (id: number): Task => present(get(id)),
    /** What it did, in order of time. Throws `not_found`. */
    log: (id: number): TaskLine[] => store.tasks.lines(get(id).id),
    runningCount: (): number => running.size,
    /** Calls `listener` when a task starts, gets on or ends; returns the way to stop. */
    follow(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    /** Starts the job and returns its row at once. The job undoes its own effects when it fails. */
    start(kind: string, subject: string, job: (control: TaskControl) => Promise<void>): Task {
      const task = get(store.tasks.add(kind, subject, now()));
      const controller = new AbortController();
      const meter = createPaceMeter();
      let storedAt = 0;
      let told = 0;
      say(task.id, 'started', { kind, subject });
      const progress = (doneBytes: number, totalBytes: number): void => {
        if (now() - storedAt < progressEveryMs && doneBytes < totalBytes) return;
        storedAt = now();
        meter.progress(storedAt, doneBytes);
        const tenths = totalBytes > 0 ? Math.floor((doneBytes / totalBytes) * 10) : 0;
        if (tenths > told) say(task.id, 'progress', { percent: tenths * 10 });
        told = tenths;
        store.tasks.update(task.id, { doneBytes, totalBytes });
        changed();
      };
      const ended = job({ signal: controller.signal, progress })
        .then(
          () => end(task, undefined),
          (error: unknown) => end(task, error ?? new Error('failed without a reason')),
        )
        // The next start finds it running and says that it was interrupted.
        .catch((error: unknown) =>
          log.error({ err: error, id: task.id }, 'end of task not written'),
        )
        .finally(() => {
          running.delete(task.id);
          changed();
        });
      running.set(task.id, { controller, ended, meter });
      changed();
      return present(task);
    },

    /** Resolves when the task has ended, however. */
    async ended(id: number): Promise<void> {
      await running.get(id)?.ended;
    },

    /** Asks the job to stop and waits until it has cleaned up. Fine for a task that has ended. */
    async cancel(id: number): Promise<Task> {
      const task = running.get(get(id).id);
      task?.controller.abort();
      await task?.ended;
      return present(get(id));
    },

    /** Tasks that a crash interrupted: they will not go on, and their rows say so. */
    failInterrupted(): void {
      for (const { id } of store.tasks.running()) {
        const error = JSON.stringify({ code: 'task_interrupted', context: {} });
        store.tasks.update(id, { state: 'failed', endedAt: now(), error });
        say(id, 'failed', { code: 'task_interrupted' });
      }
    },

    async close(): Promise<void> {
      for (const { controller } of running.values()) controller.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
