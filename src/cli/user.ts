import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { type Role, roles, type User } from '../service/users.ts';
import { pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

const columns = ['name', 'role', 'lastLogin'];

/** `cafeboot user add|list|passwd|remove|role`: who may log in to the console. Passwords are read from standard input. */
export function addUserCommand(program: Command, context: CliContext): void {
  const user = program.command('user').description('who may use the console and the API');
  const show = (users: User[]) => {
    if (context.json()) return context.print(JSON.stringify(users));
    const rows = users.map(({ name, role, lastLoginAt }) => ({
      ...{ name, role },
      lastLogin: lastLoginAt === null ? null : new Date(lastLoginAt).toLocaleString('sv-SE'),
    }));
    return context.print(toTable(rows, columns));
  };

  user
    .command('list')
    .description('all users')
    .action(() => context.withApi(async (api) => show((await api('GET', '/users')) as User[])));

  user
    .command('add <name>')
    .description('let somebody in; the password is the first line of standard input')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).default('operator'))
    .action((name: string, { role }: { role: Role }) =>
      context.withApi(async (api) => {
        const password = await readPassword(context);
        show([(await api('POST', '/users', { name, password, role })) as User]);
      }),
    );

  user
    .command('passwd <name>')
    .description('give somebody another password, read as with add; ends their sessions')
    .action((name: string) =>
      context.withApi(async (api) => {
        await api('PUT', pathTo('users', name, 'password'), {
          password: await readPassword(context),
        });
      }),
    );

  user
    .command('role <name> <role>')
    .description(`what they may do: ${roles.join(', ')}`)
    .action((name: string, role: string) =>
      context.withApi(async (api) =>
        show([(await api('PUT', pathTo('users', name, 'role'), { role })) as User]),
      ),
    );

  user
    .command('remove <name>')
    .description('let somebody in no more')
    .action((name: string) =>
      context.withApi(async (api) => {
        await api('DELETE', pathTo('users', name));
      }),
    );
}

/** Never a flag: those are seen in the list of processes. */
async function readPassword({ progress }: CliContext): Promise<string> {
  if (process.stdin.isTTY) progress('Password (shown as you type), then Enter:');
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
