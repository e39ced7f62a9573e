import type { BackupDirectories } from '../../src/service/backup/backups.ts';

/** For services that make no backups. */
export const noDirectories: BackupDirectories = {
  dataDir: '/nowhere',
  backups: '/nowhere',
  small: [],
};
