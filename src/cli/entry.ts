import type { Command } from 'commander';
import type { Entry } from '../service/entries.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

const columns = ['position', 'name', 'os', 'data', 'description'];

/** `cafeboot entry list|add|set|remove`: the boot menu. */
export function addEntryCommand(program: Command, context: CliContext): void {
  const entry = program.command('entry').description("the boot menu's entries");
  const show = (entries: Entry[]) =>
    context.print(context.json() ? JSON.stringify(entries) : toTable(entries as never, columns));

  entry
    .command('list')
    .description('all entries in menu order')
    .action(() => context.withApi(async (api) => show((await api('GET', '/entries')) as Entry[])));

  withFields(entry.command('add').description('add an entry at the end'))
    .requiredOption('--name <name>', 'its name: letters, digits, - and _')
    .requiredOption('--os <image>', 'the image it boots')
    .action((fields) =>
      context.withApi(async (api) => show([(await api('POST', '/entries', fields)) as Entry])),
    );

  withFields(
    entry
      .command('set <entry>')
      .description('change an entry; each PC gets the change when it boots next'),
  )
    .option('--name <name>', 'a new name')
    .option('--os <image>', 'another image to boot')
    .option('--position <number>', 'place in the menu', Number)
    .action((name: string, fields) =>
      context.withApi(async (api) => {
        const path = `/entries/${encodeURIComponent(name)}`;
        show([(await api('PATCH', path, fields)) as Entry]);
      }),
    );

  entry
    .command('remove <entry>')
    .description('remove an entry and what PCs wrote to its disks')
    .action((name: string) =>
      context.withApi(async (api) => {
        await api('DELETE', `/entries/${encodeURIComponent(name)}`);
      }),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--data <image...>', 'data images, in disk order')
    .option('--description <text>', 'a note, shown in the menu');
}
