import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Backup } from '../service/backup/backups.ts';
import type { Task } from '../service/tasks.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';
import { waitForTask } from './task.ts';

interface BackupFlags {
  images?: boolean;
  list?: boolean;
}

/** `cafeboot backup`: database, settings and small files, while the server runs. */
export function addBackupCommand(program: Command, context: CliContext): void {
  program
    .command('backup [file]')
    .description('copy database, settings and small files into one file; else one in backups/')
    .option('--images', "with the published versions' disks")
    .option('--list', 'only tell which backups there are')
    .action((file: string | undefined, { images = false, list = false }: BackupFlags) =>
      context.withApi(async (api) => {
        if (list) {
          show((await api('GET', '/backups')) as Backup[], context);
          return;
        }
        const body = { images, ...(file !== undefined && { path: resolve(file) }) };
        const task = (await api('POST', '/backups', body)) as Task;
        await waitForTask(api, task.id, context);
        if (context.json()) context.print(JSON.stringify(await api('GET', `/tasks/${task.id}`)));
        else context.print(task.subject);
      }),
    );
}

function show(backups: Backup[], { json, print }: CliContext): void {
  if (json()) {
    print(JSON.stringify(backups));
    return;
  }
  const rows = backups.map(({ name, sizeBytes, createdAt, isAutomatic }) => ({
    name,
    size: toSize(sizeBytes),
    made: new Date(createdAt).toLocaleString(),
    automatic: isAutomatic,
  }));
  print(toTable(rows, ['name', 'size', 'made', 'automatic']));
}
