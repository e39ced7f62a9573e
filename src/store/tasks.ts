import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/** A long job. `error` is JSON of code and context where `state` is `failed`. */
export type TaskRow = Selectable<Schema['tasks']>;

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
    running: (): TaskRow[] => all(tasks.where('state', '=', 'running')),
  };
}
