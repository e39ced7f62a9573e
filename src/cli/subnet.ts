import type { Command } from 'commander';
import type { SubnetFields } from '../boot/subnet.ts';
import { CafebootError } from '../errors.ts';
import type { Settings } from '../service/setting-list.ts';
import type { ApiCall } from './client.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

const columns = [
  'subnet',
  'range',
  'routers',
  'dnsServers',
  'broadcast',
  'leaseSeconds',
  'options',
];

interface SubnetFlags {
  range?: string;
  router?: string[];
  dns?: string[];
  broadcast?: string;
  leaseSeconds?: number;
  option?: string[];
}

/** `cafeboot subnet list|set|remove`: the setting `dhcpSubnets`, one subnet at a time. */
export function addSubnetCommand(program: Command, context: CliContext): void {
  const subnet = program
    .command('subnet')
    .description('what full DHCP mode gives addresses of (setting dhcpMode full)');
  const show = (subnets: SubnetFields[]) =>
    context.print(context.json() ? JSON.stringify(subnets) : toTable(subnets as never, columns));

  subnet
    .command('list')
    .description('all subnets')
    .action(() => context.withApi(async (api) => show(await readSubnets(api))));

  subnet
    .command('set <subnet>')
    .description('add a subnet, as 10.77.0.0/24, or change what is said here of one')
    .option('--range <first-last>', 'addresses for PCs that have none of their own in host list')
    .option('--router <address...>', 'its routers')
    .option('--dns <address...>', 'DNS servers')
    .option('--broadcast <address>', "broadcast address, where it is not the subnet's last")
    .option(
      '--lease-seconds <seconds>',
      'how long a PC has its address (default: 12 hours)',
      Number,
    )
    .option('--option <code:type:value...>', 'more options; types: ip text hex u8 u16 u32')
    .action((name: string, flags: SubnetFlags) =>
      context.withApi(async (api) => {
        const subnets = await readSubnets(api);
        const former = subnets.find((each) => each.subnet === name);
        const changed = { ...former, ...toFields(flags), subnet: name } as SubnetFields;
        if (changed.range === undefined) {
          throw new CafebootError('invalid_value', { field: '--range', value: '' });
        }
        const others = subnets.filter((each) => each !== former);
        show(await writeSubnets(api, [...others, changed]));
      }),
    );

  subnet
    .command('remove <subnet>')
    .description('give no more addresses of a subnet')
    .action((name: string) =>
      context.withApi(async (api) => {
        const subnets = await readSubnets(api);
        const others = subnets.filter((each) => each.subnet !== name);
        if (others.length === subnets.length) {
          throw new CafebootError('not_found', { kind: 'subnet', name });
        }
        show(await writeSubnets(api, others));
      }),
    );
}

async function readSubnets(api: ApiCall): Promise<SubnetFields[]> {
  return ((await api('GET', '/settings')) as Settings).dhcpSubnets;
}

async function writeSubnets(api: ApiCall, value: SubnetFields[]): Promise<SubnetFields[]> {
  return ((await api('PUT', '/settings/dhcpSubnets', { value })) as Settings).dhcpSubnets;
}

function toFields({ range, router, dns, broadcast, leaseSeconds, option }: SubnetFlags) {
  return {
    ...(range !== undefined && { range }),
    ...(router && { routers: router }),
    ...(dns && { dnsServers: dns }),
    ...(broadcast !== undefined && { broadcast }),
    ...(leaseSeconds !== undefined && { leaseSeconds }),
    ...(option && { options: option }),
  };
}
