import type { Command } from 'commander';
import type { FoundTool } from '../service/tools.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

const columns = ['name', 'title', 'platforms', 'disk', 'missing'];

/** `cafeboot tool list`: what the menu of a PC in super mode offers. */
export function addToolCommand(program: Command, context: CliContext): void {
  const tool = program
    .command('tool')
    .description('what PCs in super mode can start: WinPE, installers, ISO images');
  tool
    .command('list')
    .description('all tools, and the files that are missing for each below the HTTP root')
    .action(() =>
      context.withApi(async (api) => {
        const tools = (await api('GET', '/tools')) as FoundTool[];
        if (context.json()) return context.print(JSON.stringify(tools));
        context.print(toTable(tools as never, columns));
      }),
    );
}
