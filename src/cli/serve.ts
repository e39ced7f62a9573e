import type { Command } from 'commander';

/** `cafeboot serve`: runs the appliance until it is told to stop. */
export function addServeCommand(program: Command, serve: () => Promise<void>): void {
  program.command('serve').description('run the boot server').action(serve);
}
