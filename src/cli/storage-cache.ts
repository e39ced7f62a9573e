import { Argument, type Command } from 'commander';
import type { CacheState } from '../service/storage-setup.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';

const states = { on: true, off: false };

/** `cafeboot storage cache [on|off]`: the read cache, and how much it helps. */
export function addCacheCommand(storage: Command, context: CliContext): void {
  const show = (state: CacheState) => {
    if (context.json()) return context.print(JSON.stringify(state));
    const { isOn, use } = state;
    if (!use) return context.print(toTable([{ cache: isOn ? 'on' : 'off' }], ['cache']));
    const row = {
      cache: 'on',
      'hit rate': use.hitRate === null ? null : `${Math.round(use.hitRate * 100)} %`,
      cached: toSize(use.cachedBytes),
      free: toSize(use.freeBytes),
      read: toSize(use.readBytes),
      'from disk': toSize(use.diskReadBytes),
      'memory too small': use.isTooSmall,
    };
    return context.print(toTable([row], Object.keys(row)));
  };

  storage
    .command('cache')
    .description('the read cache in memory: how it does, or on and off while no PC runs')
    .addArgument(new Argument('[state]').choices(Object.keys(states)))
    .action((state?: keyof typeof states) =>
      context.withServer(async (api) => {
        const answer = state
          ? await api('PUT', '/storage/cache', { on: states[state] })
          : await api('GET', '/storage/cache');
        show(answer as CacheState);
      }),
    );
}
