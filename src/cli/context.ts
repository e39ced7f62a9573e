import type { NamedFinding } from '../doctor/doctor.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Installer } from '../install/installer.ts';
import type { RestoreReport } from '../service/backup/report.ts';
import type { ApiCall } from './client.ts';
import type { RestoreFlags } from './restore.ts';

/** What every subcommand is given: the API, the language, and where to print. */
export interface CliContext {
  translator: Translator;
  /** Calls the API of the running server, or does the same in this process where none runs. */
  withApi<Result>(
    work: (api: ApiCall, mode: { isOffline: boolean }) => Promise<Result>,
  ): Promise<Result>;
  /** The same, only where a server runs. Throws `server_not_running`. */
  withServer<Result>(work: (api: ApiCall) => Promise<Result>): Promise<Result>;
  /** Makes this machine a server. Throws `install_not_single` where there is no binary to install. */
  installer(): Promise<Installer>;
  /** Where the console of this machine is, by each of its addresses. */
  consoleUrls(): Promise<string[]>;
  /** The texts of our licence and of others'. */
  licenses(): string;
  /** What the doctor finds on this machine itself, not asked of a server. */
  examine(): Promise<NamedFinding[]>;
  /** Puts a backup back where no server runs. */
  restore(file: string, options: RestoreFlags): Promise<RestoreReport>;
  /** The running server's unix socket. */
  socketPath(): Promise<string>;
  /** Prints machine-readable output instead of tables. */
  json(): boolean;
  print(line: string): void;
  /** For people who wait; never mixed with what is printed. */
  progress(line: string): void;
}
