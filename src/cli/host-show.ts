import type { Command } from 'commander';
import { hasCode } from '../errors.ts';
import type { Host } from '../service/host-fields.ts';
import type { HostOs } from '../service/os-reports.ts';
import { type ApiCall, pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';

const toTime = (at: number | null) => (at === null ? '' : new Date(at).toLocaleString());

/** `cafeboot host show`: one PC with what its OS told of itself. */
export function addHostShowCommand(host: Command, context: CliContext): void {
  host
    .command('show <host>')
    .description('one PC, with its OS and hardware as its guest agent told them')
    .option('--refresh', 'ask the guest agent now')
    .action((key: string, { refresh }: { refresh?: boolean }) =>
      context.withApi(async (api) => {
        const fields = (await api('GET', pathTo('hosts', key))) as Host;
        const os = refresh ? await refreshOs(api, key) : await findOs(api, key);
        if (context.json()) return context.print(JSON.stringify({ ...fields, os }));
        const rows = Object.entries({ ...fields, ...toLines(os) });
        return context.print(
          toTable(
            rows.map(([field, value]) => ({ field, value })),
            ['field', 'value'],
          ),
        );
      }),
    );
}

const refreshOs = async (api: ApiCall, key: string) =>
  (await api('POST', pathTo('hosts', key, 'os', 'refresh'), {})) as HostOs;

async function findOs(api: ApiCall, key: string): Promise<HostOs | null> {
  try {
    return (await api('GET', pathTo('hosts', key, 'os'))) as HostOs;
  } catch (error) {
    if (hasCode(error, 'not_found')) return null;
    throw error;
  }
}

function toLines(os: HostOs | null): Record<string, unknown> {
  if (os === null) return { os: '' };
  const { inventory } = os;
  return {
    os: `${os.os} ${os.version}`,
    'booted at': toTime(os.bootedAt),
    'reported at': `${toTime(os.reportedAt)} from ${os.address}`,
    ...(inventory && {
      cpu: `${inventory.cpu.model} (${inventory.cpu.threads} threads)`,
      memory: toSize(inventory.memoryBytes),
      nics: inventory.nics.map(({ name, mac }) => `${name} ${mac}`),
      gpus: inventory.gpus,
    }),
  };
}
