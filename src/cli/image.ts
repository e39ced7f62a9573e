import type { Command } from 'commander';
import { CafebootError } from '../errors.ts';
import type { Image } from '../service/images.ts';
import { pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { type ImageFlags, withImageFlags } from './image-flags.ts';
import { addTransferCommands } from './image-transfer.ts';
import { addVersionCommands } from './image-versions.ts';
import { findSize, toSize, toTable } from './print.ts';

const columns = ['name', 'kind', 'size', 'published', 'versions', 'draft', 'description'];

/** `cafeboot image list|create|remove` and what others add: the golden disks. */
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

  withImageFlags(image.command('create').description('make a blank disk'))
    .requiredOption('--size <size>', 'capacity, such as 60G')
    .action(({ size, ...rest }: ImageFlags & { size: string }) =>
      context.withApi(async (api) => {
        const sizeBytes = findSize(size);
        if (!sizeBytes) throw new CafebootError('invalid_value', { field: '--size', value: size });
        show([(await api('POST', '/images', { ...rest, sizeBytes })) as Image]);
      }),
    );

  addTransferCommands(image, context);
  addVersionCommands(image, context);

  image
    .command('remove <image>')
    .description('remove an image with all its versions')
    .action((name: string) =>
      context.withApi(async (api) => {
        await api('DELETE', pathTo('images', name));
      }),
    );
}
