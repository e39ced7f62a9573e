import type { Command } from 'commander';
import type { CliContext } from '../../../src/cli/context.ts';
import { createProgram } from '../../../src/cli/program.ts';

/** The command line, to be looked at alone. */
export const createBareProgram = (): Command =>
  createProgram({
    version: '',
    context: {} as CliContext,
    serve: async () => {},
    agent: async () => {},
  });

const commandOf = (parent: Command, name: string | undefined): Command | undefined =>
  parent.commands.find((each) => each.name() === name);

/** What a shell or a remark ends a command with. */
const ends = /\s#|[;|)…。，；：（]/u;

/**
 * Why a line of code cannot be a command of ours: a name or an option that there is not. Undefined for
 * what can be, and for what is none. `cafeboot COMMAND --help` stands for any command.
 */
export function findFault(program: Command, line: string): string | undefined {
  const [, said] = /(?:^|[\s/])cafeboot ((?:-|[a-z]).*)$/.exec(line.split(ends)[0] ?? '') ?? [];
  if (said === undefined) return undefined;
  const words = said.split(/\s+/);
  const command = commandOf(program, words[0]);
  if (!command) return words[0]?.startsWith('-') ? undefined : `no command ${words[0]}`;
  const sub = commandOf(command, words[1]);
  if (command.commands.length > 0 && !sub && words[1] !== undefined) {
    return `no command ${words[0]} ${words[1]}`;
  }
  const known = [program, command, ...(sub ? [sub] : [])].flatMap(({ options }) => [...options]);
  const flags = words.filter((word) => /^--?[a-z]/.test(word));
  const unknown = flags.find(
    (flag) =>
      flag !== '--help' && !known.some(({ long, short }) => flag === long || flag === short),
  );
  return unknown && `no option ${unknown} of ${words[0]}`;
}
