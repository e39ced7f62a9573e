import type { Command } from 'commander';
import type { ApiToken } from '../service/api-tokens.ts';
import { pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

/** `cafeboot token add|list|remove`: what programs show to the API. */
export function addTokenCommand(program: Command, context: CliContext): void {
  const token = program.command('token').description('ways into the API for programs');
  const show = (tokens: ApiToken[], columns: string[]) =>
    context.print(context.json() ? JSON.stringify(tokens) : toTable(tokens as never, columns));

  token
    .command('list')
    .description('all tokens; what they are is shown to nobody')
    .action(() =>
      context.withApi(async (api) =>
        show((await api('GET', '/tokens')) as ApiToken[], ['id', 'name', 'user']),
      ),
    );

  token
    .command('add <user> <name>')
    .description('a token that may do what the user may; it is shown this once')
    .action((user: string, name: string) =>
      context.withApi(async (api) =>
        show([(await api('POST', '/tokens', { user, name })) as ApiToken], ['id', 'name', 'token']),
      ),
    );

  token
    .command('remove <id>')
    .description('let it in no more')
    .action((id: string) =>
      context.withApi(async (api) => {
        await api('DELETE', pathTo('tokens', id));
      }),
    );
}
