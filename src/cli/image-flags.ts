import { type Command, Option } from 'commander';

/** What a new image is described by. */
export interface ImageFlags {
  name: string;
  kind: string;
  description?: string;
}

export function withImageFlags(command: Command): Command {
  return command
    .requiredOption('--name <name>', 'its name: letters, digits, - and _')
    .addOption(new Option('--kind <kind>', 'what it is for').choices(['os', 'data']).default('os'))
    .option('--description <text>', 'a note');
}
