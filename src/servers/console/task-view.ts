import { Type } from 'typebox';
import type { Task, Tasks } from '../../service/tasks.ts';

/** A task as its template shows it. */
export interface TaskView extends Omit<Task, 'error'> {
  /** 0..100; null while nothing is known of it. */
  percent: number | null;
  /** Whether it counts bytes; else PCs. */
  countsBytes: boolean;
  /** Why it failed; null where it did not. */
  error: { code: string; context: Record<string, unknown> } | null;
  log: ReturnType<Tasks['log']>;
}

export const taskParams = Type.Object({ id: Type.Integer({ minimum: 1 }) });

/** Older ones are in the API. */
const shown = 30;

export function toTaskView(task: Task, log: TaskView['log']): TaskView {
  const { doneBytes, totalBytes, error, kind } = task;
  return {
    ...task,
    percent: totalBytes > 0 ? Math.min(100, Math.floor((doneBytes / totalBytes) * 100)) : null,
    countsBytes: !kind.startsWith('power.'),
    error: error === null ? null : (JSON.parse(error) as TaskView['error']),
    log,
  };
}

/** The latest, newest first. */
export const readTasks = (tasks: Tasks): TaskView[] =>
  tasks
    .list()
    .slice(0, shown)
    .map((task) => toTaskView(task, tasks.log(task.id)));
