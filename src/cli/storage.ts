import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addCacheCommand } from './storage-cache.ts';
import { addDiskCommands } from './storage-disks.ts';
import { addPoolCommand } from './storage-pool.ts';

/** `cafeboot storage ...`: where the disks are. */
export function addStorageCommand(program: Command, context: CliContext): void {
  const storage = program.command('storage').description('the pool that all disks are in');
  addPoolCommand(storage, context);
  addDiskCommands(storage, context);
  addCacheCommand(storage, context);

  storage
    .command('export-targetcli')
    .description('commands for targetcli that make the same targets; they hold the CHAP secrets')
    .action(() =>
      context.withServer(async (api) => {
        const { commands } = (await api('GET', '/storage/targetcli')) as { commands: string };
        context.print(commands.trimEnd());
      }),
    );
}
