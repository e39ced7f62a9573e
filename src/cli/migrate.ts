import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Step } from '../service/predecessor/plan.ts';
import type { Task } from '../service/tasks.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';
import { waitForTask } from './task.ts';

interface MigrateFlags {
  from: string;
  disks?: string;
  dryRun?: boolean;
}

/** `cafeboot migrate`: takes over a cafe from DBC-CloudCyberCafe. Can be run again and goes on. */
export function addMigrateCommand(program: Command, context: CliContext): void {
  program
    .command('migrate')
    .description('take over hosts, images, entries and settings of DBC-CloudCyberCafe')
    .requiredOption('--from <directory>', 'its directory, which is not changed')
    .option('--disks <directory>', 'where its disks are, as NAME/disk.img or NAME.img', '/mnt')
    .option('-n, --dry-run', 'only tell what would be done')
    .action(({ from, disks, dryRun = false }: MigrateFlags) =>
      context.withApi(async (api) => {
        const body = { from: resolve(from), ...(disks !== undefined && { disks: resolve(disks) }) };
        if (!dryRun) {
          const task = (await api('POST', '/migration', body)) as Task;
          await waitForTask(api, task.id, context);
        }
        show((await api('POST', '/migration/plan', body)) as Step[], context);
      }),
    );
}

/** After a migration, what is left; before it, what there is to do. */
function show(steps: Step[], { json, print }: CliContext): void {
  if (json()) {
    print(JSON.stringify(steps));
    return;
  }
  const rows = steps.map(({ action, kind, name, detail }) => ({ action, kind, name, detail }));
  print(toTable(rows, ['action', 'kind', 'name', 'detail']));
}
