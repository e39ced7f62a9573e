import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CafebootError } from '../errors.ts';
import type { Step } from '../install/plan.ts';
import type { CliContext } from './context.ts';

interface InstallFlags {
  yes?: boolean;
  force?: boolean;
  timeout: number;
}

/** `cafeboot install`, `upgrade` and `uninstall`: the program as a service of this machine. */
export function addInstallCommands(program: Command, context: CliContext): void {
  program
    .command('install')
    .description('make this machine a server: packages, program, service')
    .option('--yes', 'do it without asking')
    .option('--force', 'also on a distribution that it is not tried on')
    .addOption(timeoutOption())
    .action((flags: InstallFlags) => install(context, flags));

  program
    .command('upgrade <file>')
    .description(
      'exchange the program for another build; the former one comes back where that fails',
    )
    .addOption(timeoutOption())
    .action(async (file: string, { timeout }: Pick<InstallFlags, 'timeout'>) => {
      const isNew = await (await context.installer()).upgrade(file, timeout * 1000);
      context.print(context.translator.step({ kind: isNew ? 'ready' : 'nothing', data: {} }));
    });

  program
    .command('uninstall')
    .description("take the service, the PCs' targets and the program away; the data stays")
    .option('--purge <directory>', 'the data too: its directory, to be sure')
    .option('--yes', 'without asking, also where PCs run')
    .action(async ({ purge, yes }: { purge?: string; yes?: boolean }) => {
      const installer = await context.installer();
      const ask = (steps: readonly Step[]) => confirm(steps, context);
      await installer.uninstall({ purge, confirm: yes === true ? agree : ask });
    });
}

const agree = async (): Promise<void> => undefined;

const timeoutOption = () =>
  new Option('--timeout <seconds>', 'how long the server may take to answer')
    .argParser(parseSeconds)
    .default(60);

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('not a number of seconds');
}

async function install(context: CliContext, { yes, force, timeout }: InstallFlags): Promise<void> {
  const { print, translator } = context;
  const installer = await context.installer();
  const plan = await installer.plan(force === true);
  if (yes !== true && plan.steps.length > 0) await confirm(plan.steps, context);
  await installer.install(plan, timeout * 1000);
  for (const notice of plan.notices) print(translator.step(notice));
  const kind = plan.steps.length > 0 ? 'ready' : 'nothing';
  print(translator.step({ kind, data: {} }));
  for (const url of await context.consoleUrls()) print(`  ${url}`);
  const { code } = await context.withServer(
    async (api) => (await api('GET', '/one-time-code')) as { code: string },
  );
  print(translator.step({ kind: 'code', data: { code } }));
}

/** Shows what is to be done and asks. Throws `install_not_agreed`, also where nobody is there to be asked. */
async function confirm(steps: readonly Step[], { print, translator }: CliContext): Promise<void> {
  for (const step of steps) print(`- ${translator.step(step)}`);
  if (!process.stdin.isTTY) throw new CafebootError('install_not_agreed');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${translator.step({ kind: 'ask', data: {} })} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CafebootError('install_not_agreed');
  } finally {
    terminal.close();
  }
}
