import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** `cafeboot code`: the one-time code that is valid now. */
export function addCodeCommand(program: Command, context: CliContext): void {
  program
    .command('code')
    .description('the one-time code, which staff type on the screen of a PC that is in no list')
    .action(() =>
      // It is the running server's: another process has another one.
      context.withServer(async (api) => {
        const found = (await api('GET', '/one-time-code')) as { code: string; expiresAt: number };
        if (context.json()) return context.print(JSON.stringify(found));
        const until = new Date(found.expiresAt).toLocaleTimeString('en-GB');
        return context.print(`${found.code}  (${until})`);
      }),
    );
}
