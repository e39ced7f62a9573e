import { join } from 'node:path';
import type { Config } from './config.ts';

/** Files and directories below the data directory. */
export function pathsOf(dataDir: string) {
  return {
    database: join(dataDir, 'cafeboot.db'),
    httpRoot: join(dataDir, 'boot'),
    tftpRoot: join(dataDir, 'tftp'),
    backups: join(dataDir, 'backups'),
    uploads: join(dataDir, 'uploads'),
    runDir: join(dataDir, 'run'),
    socket: join(dataDir, 'run', 'cafeboot.sock'),
  };
}

/** What an administrator puts there comes first, then our own build, then the distribution's. */
export const bootFileDirectories = (
  { dataDir, bootFilesDir }: Config,
  builtFilesDir: string,
): string[] => [pathsOf(dataDir).tftpRoot, builtFilesDir, bootFilesDir];
