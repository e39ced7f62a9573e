import type { Command } from 'commander';
import type { BlockDevice } from '../service/storage-setup.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';

interface InitFlags {
  group?: string;
  cache: boolean;
  erase?: string;
}

/** `cafeboot storage disks|init`: which disk the pool is on. */
export function addDiskCommands(storage: Command, context: CliContext): void {
  storage
    .command('disks')
    .description('the disks of this machine, and what they hold')
    .action(() =>
      context.withApi(async (api) => {
        const disks = (await api('GET', '/storage/disks')) as BlockDevice[];
        if (context.json()) return context.print(JSON.stringify(disks));
        const rows = disks.map((disk) => ({
          ...disk,
          disk: disk.path,
          size: toSize(disk.sizeBytes),
        }));
        return context.print(toTable(rows, ['disk', 'size', 'model', 'serial', 'holds']));
      }),
    );

  storage
    .command('init <disk>')
    .description('make an empty disk the place of the pool, from the next start on')
    .option('--group <name>', 'name of the new volume group', 'cafeboot')
    .option('--no-cache', 'without the read cache in memory')
    .option('--erase <disk>', 'the same disk once more, if all that is on it may be lost')
    .action((disk: string, { group, cache, erase }: InitFlags) =>
      context.withApi(async (api) => {
        const plan = { disk, volumeGroup: group, readCache: cache, ...(erase && { erase }) };
        const made = (await api('POST', '/storage/init', plan)) as BlockDevice;
        if (context.json()) return context.print(JSON.stringify(made));
        return context.print(context.translator.event('storage.disk-ready', { disk, group }));
      }),
    );
}
