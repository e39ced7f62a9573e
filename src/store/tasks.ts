import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** A long job. `error` is JSON of code and context where `state` is `failed`. */
export type TaskRow = Selectable<Schema['tasks']>;

/** One line of a task's log; `data` fills its text. */
export interface TaskLine {
  at: number;
  code: string;
  data: Record<string, string | number | boolean | null>;
}

export function createTaskRepository({ sql, all, find, run }: Queries) {
  const tasks = sql.selectFrom('tasks').selectAll();
  return {
    /** Latest first. */
    list: (limit = 100): TaskRow[] => all(tasks.orderBy('id', 'desc').limit(limit)),
    find: (id: number): TaskRow | undefined => find(tasks.where('id', '=', id)),
    add: (kind: string, subject: string, createdAt: number): number =>
      run(sql.insertInto('tasks').values({ kind, subject, state: 'running', createdAt }))
        .insertedId,
    update(id: number, changes: Partial<Omit<TaskRow, 'id'>>): void {
      run(sql.updateTable('tasks').set(changes).where('id', '=', id));
    },
    addLine(taskId: number, { data, ...line }: TaskLine): void {
      run(sql.insertInto('taskLines').values({ taskId, ...line, data: JSON.stringify(data) }));
    },
    /** In order of time. */
    lines: (taskId: number): TaskLine[] =>
      all(
        sql
          .selectFrom('taskLines')
          .select(['at', 'code', 'data'])
          .where('taskId', '=', taskId)
          .orderBy('id'),
      ).map((row) => ({ ...row, data: JSON.parse(row.data) as TaskLine['data'] })),
    running: (): TaskRow[] => all(tasks.where('state', '=', 'running')),
  };
}
