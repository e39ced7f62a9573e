import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CafebootError } from '../errors.ts';
import type { Task } from '../service/tasks.ts';
import { diskFormats } from '../service/transfers.ts';
import { type ApiCall, pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { type ImageFlags, withImageFlags } from './image-flags.ts';
import { waitForTask } from './task.ts';

/** Where a disk comes from. */
interface SourceFlags {
  file?: string;
  fromDevice?: string;
  format?: string;
  wait?: boolean;
}

type ImportFlags = SourceFlags & ImageFlags;
type VersionFlags = SourceFlags & { note?: string };

interface ExportFlags {
  file: string;
  format?: string;
  number?: string;
  wait?: boolean;
}

/** `cafeboot image import|export`: disks of this machine into the pool and out of it. */
export function addTransferCommands(image: Command, context: CliContext): void {
  const formatOption = () => new Option('--format <format>', 'of the file').choices(diskFormats);

  const withSourceFlags = (command: Command) =>
    command
      .option('--file <path>', 'the file; it is not changed')
      .option('--from-device <device>', 'a whole disk, such as /dev/sdb; it is not changed')
      .addOption(formatOption())
      .option('--wait', 'wait for the end, showing progress');

  /** Follows the task where that is asked for; without a server it runs in this process anyway. */
  async function follow(api: ApiCall, task: Task, wait: boolean): Promise<void> {
    if (wait) await waitForTask(api, task.id, context);
    if (context.json()) {
      return context.print(JSON.stringify(await api('GET', `/tasks/${task.id}`)));
    }
    if (!wait) context.print(`task ${task.id} started`);
  }

  withSourceFlags(
    withImageFlags(
      image.command('import').description('copy a disk file or a disk of this machine'),
    ),
  ).action(({ wait = false, ...flags }: ImportFlags) =>
    context.withApi(async (api, { isOffline }) => {
      const task = (await api('POST', '/images/import', withSource(flags))) as Task;
      await follow(api, task, wait || isOffline);
    }),
  );

  withSourceFlags(image.command('import-version <image>'))
    .description('copy a disk file or a disk of this machine into the next version, and publish it')
    .option('--note <text>', 'what was changed')
    .action((name: string, { wait = false, ...flags }: VersionFlags) =>
      context.withApi(async (api, { isOffline }) => {
        const body = withSource(flags);
        const task = (await api('POST', pathTo('images', name, 'versions'), body)) as Task;
        await follow(api, task, wait || isOffline);
      }),
    );

  image
    .command('export <image>')
    .description('write a version to a new file of this machine')
    .requiredOption('--file <path>', 'the file; its ending says the format')
    .addOption(formatOption())
    .option('--number <version>', 'which one; else the published one')
    .option('--wait', 'wait for the end, showing progress')
    .action((name: string, { file, format, number, wait = false }: ExportFlags) =>
      context.withApi(async (api, { isOffline }) => {
        const body = {
          path: resolve(file),
          format: format ?? formatOf(file),
          ...(number !== undefined && { version: Number(number) }),
        };
        const task = (await api('POST', pathTo('images', name, 'export'), body)) as Task;
        await follow(api, task, wait || isOffline);
      }),
    );
}

/** What the API is sent: the rest, and the place of the disk. Throws `invalid_value` where none is said. */
function withSource<Rest extends SourceFlags>({ file, fromDevice, ...rest }: Rest) {
  const source = file ?? fromDevice;
  if (source === undefined) {
    throw new CafebootError('invalid_value', { field: '--file', value: '' });
  }
  return { ...rest, path: resolve(source) };
}

/** By the file's ending; what is none of ours is a raw disk (`.img`, `.iso`). */
function formatOf(file: string): string {
  const ending = extname(file).slice(1).toLowerCase();
  return diskFormats.find((format) => format === ending) ?? 'raw';
}
