import type { Command } from 'commander';
import { CafebootError } from '../errors.ts';
import { powerActions } from '../service/power.ts';
import type { Task } from '../service/tasks.ts';
import type { CliContext } from './context.ts';
import { waitForTask } from './task.ts';

interface Flags {
  group?: string;
  all?: boolean;
}

const descriptions = {
  on: 'switch PCs on',
  off: 'shut PCs down',
  reboot: 'restart PCs',
} as const;

/** `cafeboot power on|off|reboot`: some PCs, a group or all, a few in a second. */
export function addPowerCommand(program: Command, context: CliContext): void {
  const power = program.command('power').description('switch PCs on and off');
  for (const action of powerActions) {
    power
      .command(`${action} [hosts...]`)
      .description(`${descriptions[action]}, each by the first of its power means that can`)
      .option('--group <group>', 'those of a group')
      .option('--all', 'all')
      .action((hosts: string[], { group, all }: Flags) =>
        context.withServer(async (api) => {
          const ways = [
            ...(hosts.length > 0 ? [{ hosts }] : []),
            ...(group !== undefined ? [{ group }] : []),
            ...(all ? [{ all }] : []),
          ];
          const [way] = ways;
          if (way === undefined || ways.length > 1) {
            const reason = 'say either which PCs, or --group, or --all';
            throw new CafebootError('invalid_value', { field: 'hosts', value: '', reason });
          }
          const { id } = (await api('POST', '/power', { action, ...way })) as Task;
          await waitForTask(api, id, context, String);
          if (context.json()) context.print(JSON.stringify(await api('GET', `/tasks/${id}`)));
        }),
      );
  }
}
