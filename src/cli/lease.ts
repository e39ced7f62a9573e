import type { Command } from 'commander';
import type { LeaseInfo } from '../service/leases.ts';
import { pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

const columns = ['address', 'client', 'host', 'hostName', 'state', 'until'];

/** `cafeboot lease list|forget`: the addresses that full DHCP mode gave. */
export function addLeaseCommand(program: Command, context: CliContext): void {
  const lease = program.command('lease').description('addresses given by DHCP (full mode)');

  lease
    .command('list')
    .description('who has, or had last, which address')
    .action(() =>
      context.withApi(async (api) => {
        const leases = (await api('GET', '/leases')) as LeaseInfo[];
        if (context.json()) return context.print(JSON.stringify(leases));
        const rows = leases.map((each) => ({
          ...each,
          until: new Date(each.endsAt).toLocaleString(),
        }));
        context.print(toTable(rows, columns));
      }),
    );

  lease
    .command('forget <address>')
    .description('let another client have an address; only of a device that is gone for good')
    .action((address: string) =>
      context.withApi(async (api) => {
        await api('DELETE', pathTo('leases', address));
      }),
    );
}
