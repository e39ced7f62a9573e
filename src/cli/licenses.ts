import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** `cafeboot licenses`: ours, and those of all that is in the binary. */
export function addLicensesCommand(program: Command, context: CliContext): void {
  program
    .command('licenses')
    .description('the licence of cafeboot, and those of what it is made of')
    .action(() => context.print(context.licenses()));
}
