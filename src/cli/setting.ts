import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

/** `cafeboot setting list|set|reset`: what can be changed while the server runs. */
export function addSettingCommand(program: Command, context: CliContext): void {
  const setting = program.command('setting').description('what can be changed at any time');
  const show = (settings: unknown) => {
    if (context.json()) return context.print(JSON.stringify(settings));
    const rows = Object.entries(settings as object).map(([key, value]) => ({ key, value }));
    return context.print(toTable(rows, ['key', 'value']));
  };

  setting
    .command('list')
    .description('all settings')
    .action(() => context.withApi(async (api) => show(await api('GET', '/settings'))));

  setting
    .command('set <key> <value>')
    .description('change a setting')
    .action((key: string, text: string) =>
      context.withApi(async (api) => {
        const path = `/settings/${encodeURIComponent(key)}`;
        show(await api('PUT', path, { value: toValue(text) }));
      }),
    );

  setting
    .command('reset <key>')
    .description('back to the default')
    .action((key: string) =>
      context.withApi(async (api) =>
        show(await api('DELETE', `/settings/${encodeURIComponent(key)}`)),
      ),
    );
}

/** Numbers, true/false and lists (`["10.0.0.1"]`) are meant as such; anything else is text. */
function toValue(text: string): unknown {
  if (text.startsWith('[')) return parseList(text);
  if (/^-?\d+$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
