import type { Command } from 'commander';
import type { PoolStatus, SpaceStatus } from '../service/pool-status.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';

/** `cafeboot storage status`: how full the pool is. */
export function addPoolCommand(storage: Command, context: CliContext): void {
  storage
    .command('status')
    .description('how full the pool is, when it will be full, and what is done about it')
    .action(() =>
      context.withApi(async (api) => {
        const status = (await api('GET', '/storage/pool')) as PoolStatus;
        if (context.json()) context.print(JSON.stringify(status));
        else context.print(toTable(rowsOf(status), ['what', 'value', 'note']));
      }),
    );
}

function rowsOf({ kind, state, data, metadata, growableBytes, grows }: PoolStatus) {
  return [
    { what: 'pool', value: kind, note: state },
    spaceRow('data', data),
    ...(metadata ? [spaceRow('metadata', metadata)] : []),
    ...(growableBytes === null
      ? []
      : [
          {
            what: 'free in group',
            value: toSize(growableBytes),
            note: grows
              ? 'the pool grows by itself'
              : 'the pool does not grow by itself (poolGrow)',
          },
        ]),
    { what: 'full in', value: forecast([data, ...(metadata ? [metadata] : [])]), note: '' },
  ];
}

function spaceRow(what: string, { percent, usedBytes, totalBytes, limits }: SpaceStatus) {
  const { warn, free, refuse } = limits;
  return {
    what,
    value: `${percent} %`,
    note: `${toSize(usedBytes)} of ${toSize(totalBytes)}; warns at ${warn} %, frees at ${free} %, refuses at ${refuse} %`,
  };
}

/** Whichever space is full first. */
function forecast(spaces: SpaceStatus[]): string {
  const days = spaces.flatMap(({ fullInDays }) => (fullInDays === null ? [] : [fullInDays]));
  return days.length > 0 ? `${Math.floor(Math.min(...days))} days` : '';
}
