import { Command, Option } from 'commander';
import { type ConfigKey, configKeys, configSchema, environmentName, flagName } from '../config.ts';
import { type AgentFlags, addAgentCommand } from './agent.ts';
import { addBackupCommand } from './backup.ts';
import { addCodeCommand } from './code.ts';
import type { CliContext } from './context.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEntryCommand } from './entry.ts';
import { addHostCommand } from './host.ts';
import { addImageCommand } from './image.ts';
import { addInstallCommands } from './install.ts';
import { addLeaseCommand } from './lease.ts';
import { addLicensesCommand } from './licenses.ts';
import { addMigrateCommand } from './migrate.ts';
import { addPowerCommand } from './power.ts';
import { addReconcileCommand } from './reconcile.ts';
import { addRestoreCommand } from './restore.ts';
import { addServeCommand } from './serve.ts';
import { addSettingCommand } from './setting.ts';
import { addStorageCommand } from './storage.ts';
import { addSubnetCommand } from './subnet.ts';
import { addTaskCommand } from './task.ts';
import { addTimelineCommand } from './timeline.ts';
import { addTokenCommand } from './token.ts';
import { addToolCommand } from './tool.ts';
import { addUserCommand } from './user.ts';

/** Flags that every subcommand takes, before or after its name. */
export interface GlobalFlags extends Partial<Record<ConfigKey, unknown>> {
  config?: string;
  interface?: string[];
  json?: boolean;
}

export interface ProgramDeps {
  version: string;
  context: CliContext;
  serve: () => Promise<void>;
  agent: (flags: AgentFlags) => Promise<void>;
}

/** The whole command line: the config's keys as global flags, one file per subcommand. */
export function createProgram({ version, context, serve, agent }: ProgramDeps): Command {
  const program = new Command('cafeboot')
    .description('network-boot and disk server for internet cafes')
    .version(version)
    .option('--config <path>', 'configuration file (TOML)')
    .option('--json', 'machine-readable output')
    .enablePositionalOptions(false)
    .showHelpAfterError();
  for (const key of configKeys) program.addOption(toOption(key));

  addServeCommand(program, serve);
  addAgentCommand(program, agent);
  addHostCommand(program, context);
  addImageCommand(program, context);
  addEntryCommand(program, context);
  addCodeCommand(program, context);
  addPowerCommand(program, context);
  addReconcileCommand(program, context);
  addSettingCommand(program, context);
  addSubnetCommand(program, context);
  addLeaseCommand(program, context);
  addToolCommand(program, context);
  addTaskCommand(program, context);
  addStorageCommand(program, context);
  addTimelineCommand(program, context);
  addMigrateCommand(program, context);
  addBackupCommand(program, context);
  addRestoreCommand(program, context);
  addUserCommand(program, context);
  addTokenCommand(program, context);
  addDoctorCommand(program, context);
  addInstallCommands(program, context);
  addLicensesCommand(program, context);
  return program;
}

/** Values are checked with the rest of the configuration, whichever way they came. */
function toOption(key: ConfigKey): Option {
  const schema = configSchema.properties[key] as { description?: string; default?: unknown };
  const flag = key === 'interfaces' ? '--interface' : flagName(key);
  const help = `${schema.description} (default: ${JSON.stringify(schema.default)}; ${environmentName(key)})`;
  const option = new Option(`${flag} <value>`, help);
  return key === 'interfaces'
    ? option.argParser((value: string, previous: string[] = []) => [...previous, value])
    : option;
}
