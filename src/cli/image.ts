import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { CafebootError, type ErrorCode, type ErrorContext } from '../errors.ts';
import type { Image } from '../service/images.ts';
import type { Task } from '../service/tasks.ts';
import type { ApiCall } from './client.ts';
import type { CliContext } from './context.ts';
import { addVersionCommands } from './image-versions.ts';
import { findSize, toSize, toTable } from './print.ts';

const columns = ['name', 'kind', 'size', 'published', 'versions', 'draft', 'description'];

interface NewFlags {
  name: string;
  kind: string;
  description?: string;
}

/** `cafeboot image list|create|import|remove`: the golden disks. */
export function addImageCommand(program: Command, context: CliContext): void {
  const image = program.command('image').description('the golden disks');
  const show = (images: Image[]) => {
    if (context.json()) return context.print(JSON.stringify(images));
    const rows = images.map((each) => ({
      ...each,
      size: toSize(each.sizeBytes),
      versions: each.versions.length,
      draft: each.draft ? `of ${each.draft.base}` : null,
    }));
    return context.print(toTable(rows, columns));
  };

  image
    .command('list')
    .description('all images')
    .action(() => context.withApi(async (api) => show((await api('GET', '/images')) as Image[])));

  withName(image.command('create').description('make a blank disk'))
    .requiredOption('--size <size>', 'capacity, such as 60G')
    .action(({ size, ...rest }: NewFlags & { size: string }) =>
      context.withApi(async (api) => {
        const sizeBytes = findSize(size);
        if (!sizeBytes) throw new CafebootError('invalid_value', { field: '--size', value: size });
        show([(await api('POST', '/images', { ...rest, sizeBytes })) as Image]);
      }),
    );

  withName(image.command('import').description('copy a raw disk file of this machine'))
    .requiredOption('--file <path>', 'the file; it is not changed')
    .option('--wait', 'wait for the end, showing progress')
    .action(({ file, wait, ...rest }: NewFlags & { file: string; wait?: boolean }) =>
      context.withApi(async (api, { isOffline }) => {
        const body = { ...rest, path: resolve(file) };
        const task = (await api('POST', '/images/import', body)) as Task;
        // Without a server the copy runs in this process, so there is nobody to leave it to.
        if (wait || isOffline) {
          await waitForTask(api, task.id, context);
          show([(await api('GET', `/images/${rest.name}`)) as Image]);
        } else context.print(context.json() ? JSON.stringify(task) : `task ${task.id} started`);
      }),
    );

  addVersionCommands(image, context);

  image
    .command('remove <image>')
    .description('remove an image with all its versions')
    .action((name: string) =>
      context.withApi(async (api) => {
        await api('DELETE', `/images/${encodeURIComponent(name)}`);
      }),
    );
}

function withName(command: Command): Command {
  return command
    .requiredOption('--name <name>', 'its name: letters, digits, - and _')
    .addOption(new Option('--kind <kind>', 'what it is for').choices(['os', 'data']).default('os'))
    .option('--description <text>', 'a note');
}

const pollMs = 300;

async function waitForTask(api: ApiCall, id: number, context: CliContext): Promise<void> {
  let shown = -1;
  for (;;) {
    const task = (await api('GET', `/tasks/${id}`)) as Task;
    const percent = task.totalBytes > 0 ? Math.floor((task.doneBytes / task.totalBytes) * 100) : 0;
    if (percent !== shown && !context.json()) {
      context.progress(
        `${task.subject}: ${toSize(task.doneBytes)} of ${toSize(task.totalBytes)} (${percent} %)`,
      );
    }
    shown = percent;
    if (task.state === 'done') return;
    if (task.state !== 'running') throw taskError(task);
    await sleep(pollMs);
  }
}

function taskError(task: Task): CafebootError {
  const { code, context } = JSON.parse(task.error ?? '{"code":"internal","context":{}}') as {
    code: ErrorCode;
    context: ErrorContext;
  };
  return new CafebootError(code, context);
}
