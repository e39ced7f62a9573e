import { type Command, Option } from 'commander';
import { firmwareChoices } from '../boot/firmware.ts';
import { CafebootError } from '../errors.ts';
import type { Host, HostFields } from '../service/host-fields.ts';
import type { PowerMeans } from '../service/power.ts';
import { pathTo } from './client.ts';
import type { CliContext } from './context.ts';
import { addHostListCommands } from './host-lists.ts';
import { addHostShowCommand } from './host-show.ts';
import { toTable } from './print.ts';

const columns = [
  ...['name', 'mac', 'ip', 'group', 'entry', 'nextEntry', 'super', 'overlay', 'chap', 'capture'],
  ...['nextTool', 'power', 'firmware', 'bootFiles'],
];
const unknownColumns = ['mac', 'arch', 'vendorClass', 'firstSeen', 'lastSeen'];

const onOff = ['on', 'off'];

interface HostFlags extends Omit<HostFields, 'super' | 'chap' | 'power'> {
  power?: string;
  super?: string;
  chap?: string;
}

/** `cafeboot host list|import|export|unknown|adopt|add|set|reset|renew-secret|capture|remove`: the PCs. */
export function addHostCommand(program: Command, context: CliContext): void {
  const host = program.command('host').description('the PCs');
  const show = (hosts: Host[]) =>
    context.print(context.json() ? JSON.stringify(hosts) : toTable(hosts as never, columns));

  host
    .command('list')
    .description('all PCs')
    .action(() => context.withApi(async (api) => show((await api('GET', '/hosts')) as Host[])));

  host
    .command('unknown')
    .description('PCs that asked to boot and are in no list')
    .action(() =>
      context.withApi(async (api) => {
        const seen = (await api('GET', '/unknown-hosts')) as Record<string, number>[];
        if (context.json()) return context.print(JSON.stringify(seen));
        const rows = seen.map(({ firstSeenAt = 0, lastSeenAt = 0, ...rest }) => ({
          ...rest,
          firstSeen: new Date(firstSeenAt).toLocaleString(),
          lastSeen: new Date(lastSeenAt).toLocaleString(),
        }));
        context.print(toTable(rows, unknownColumns));
      }),
    );

  host
    .command('adopt [mac]')
    .description('add a PC that asked to boot, by the numbering plan unless it is given a name')
    .option('--name <name>', 'its name, or its number in the plan')
    .option('--all', 'all of them, in the order in which they were seen first')
    .action((mac: string | undefined, { name, all }: { name?: string; all?: boolean }) =>
      context.withApi(async (api) => {
        if (all) return show((await api('POST', '/unknown-hosts/adopt')) as Host[]);
        if (mac === undefined) {
          throw new CafebootError('invalid_value', { field: 'mac', value: '', reason: '--all' });
        }
        const body = name === undefined ? {} : { name };
        return show([(await api('POST', pathTo('unknown-hosts', mac, 'adopt'), body)) as Host]);
      }),
    );

  withFields(host.command('add').description('add a PC'))
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--mac <mac>', 'its MAC, in any writing')
    .action((flags: HostFlags) =>
      context.withApi(async (api) => {
        show([(await api('POST', '/hosts', toFields(flags))) as Host]);
      }),
    );

  addHostShowCommand(host, context);
  addHostListCommands(host, context);

  withFields(host.command('set <host>').description('change a PC, given by name or MAC'))
    .option('--name <name>', 'a new name')
    .option('--mac <mac>', 'a new MAC')
    .action((key: string, flags: HostFlags) =>
      context.withApi(async (api) => {
        const path = `/hosts/${encodeURIComponent(key)}`;
        show([(await api('PATCH', path, toFields(flags))) as Host]);
      }),
    );

  host
    .command('reset <host>')
    .description('drop all that a PC wrote; its next boot starts from the published versions')
    .action((key: string) =>
      context.withApi(async (api) => {
        show([(await api('POST', `/hosts/${encodeURIComponent(key)}/reset`)) as Host]);
      }),
    );

  host
    .command('renew-secret <host>')
    .description('give a PC another CHAP secret, from its next boot on')
    .action((key: string) =>
      context.withApi(async (api) => {
        show([(await api('POST', `/hosts/${encodeURIComponent(key)}/renew-secret`)) as Host]);
      }),
    );

  host
    .command('capture <host>')
    .description(
      "give a PC in super mode an image's draft beside its own disk, to clone that to it",
    )
    .addOption(
      new Option('--image <image>', 'the image; publish its draft when the PC is off again'),
    )
    .addOption(new Option('--end', 'the PC captures no more; its draft stays').conflicts('image'))
    .action((key: string, { image, end }: { image?: string; end?: boolean }) =>
      context.withApi(async (api) => {
        const path = pathTo('hosts', key, 'capture');
        if (end) return show([(await api('DELETE', path)) as Host]);
        if (image) return show([(await api('PUT', path, { image })) as Host]);
        throw new CafebootError('invalid_value', { field: '--image', value: '' });
      }),
    );

  host
    .command('remove <host>')
    .description('remove a PC and all that it wrote')
    .action((key: string) =>
      context.withApi(async (api) => {
        await api('DELETE', `/hosts/${encodeURIComponent(key)}`);
      }),
    );
}

function withFields(command: Command): Command {
  return command
    .option('--ip <address>', 'its IPv4 address; "" for none')
    .option('--group <group>', 'its group; "" for none')
    .option('--entry <entry>', "its default boot entry; '' for the menu's first")
    .option('--next-entry <entry>', "the boot entry of its next boot only; '' for the usual one")
    .option('--next-tool <tool>', "the tool of its next boot only, in super mode; '' for none")
    .addOption(
      new Option(
        '--firmware <choice>',
        'what it boots first: auto finds out what works, http answers UEFI HTTP boot only, local nothing',
      ).choices(firmwareChoices),
    )
    .addOption(
      new Option('--super <mode>', 'super mode: boots drafts of the golden disks').choices(onOff),
    )
    .option('--power <means>', 'what switches it, the first that can: agent,wol,smyoo; "" for none')
    .addOption(
      new Option(
        '--chap <mode>',
        'whether it proves by a secret of its own that its disks are its own, from its next boot on',
      ).choices(onOff),
    )
    .addOption(
      new Option('--overlay <policy>', 'what happens at a reboot to what it wrote').choices([
        'discard',
        'keep',
      ]),
    );
}

/** An empty text clears a field. */
function toFields({ super: superMode, chap, power, ...flags }: HostFlags): HostFields {
  const cleared = Object.entries(flags).map(([key, value]) => [key, value === '' ? null : value]);
  return {
    ...Object.fromEntries(cleared),
    ...(superMode !== undefined && { super: superMode === 'on' }),
    ...(chap !== undefined && { chap: chap === 'on' }),
    ...(power !== undefined && { power: toMeans(power) }),
  };
}

/** The server says which there are. */
const toMeans = (list: string) =>
  list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '') as PowerMeans[];
