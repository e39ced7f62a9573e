import type { Command } from 'commander';
import type { TimelineEvent } from '../service/timeline.ts';
import { followEvents } from './client.ts';
import type { CliContext } from './context.ts';

type NamedEvent = TimelineEvent & { host: string | null };

interface Flags {
  follow?: boolean;
  limit: string;
}

/** `cafeboot timeline [host]`: what happened, of one PC or of all. */
export function addTimelineCommand(program: Command, context: CliContext): void {
  program
    .command('timeline [host]')
    .description('what happened, to one PC or to all')
    .option('-f, --follow', 'go on as things happen')
    .option('-n, --limit <number>', 'how many to begin with', '50')
    .action(async (host: string | undefined, { follow, limit }: Flags) => {
      const query = new URLSearchParams({ limit, ...(host !== undefined && { host }) });
      const show = (event: NamedEvent) =>
        context.print(context.json() ? JSON.stringify(event) : toLine(event, context));
      if (follow) {
        const path = `/events/stream?${query}`;
        await followEvents(await context.socketPath(), path, (data) =>
          show(JSON.parse(data) as NamedEvent),
        );
        return;
      }
      await context.withApi(async (api) => {
        for (const event of (await api('GET', `/events?${query}`)) as NamedEvent[]) show(event);
      });
    });
}

function toLine({ at, host, mac, kind, data, level }: NamedEvent, context: CliContext): string {
  const time = new Date(at).toLocaleTimeString('en-GB');
  const mark = level === 'info' ? ' ' : '!';
  const who = (host ?? mac ?? '').padEnd(18);
  return `${time} ${mark} ${who} ${context.translator.event(kind, data)}`;
}
