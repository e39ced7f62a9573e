import { type BackupDeps, createBackups } from './backup/backups.ts';
import { createRestoration, type RestorationDeps } from './backup/restoration.ts';
import { createMigration, type MigrationDeps } from './predecessor/migration.ts';
import type { SettingsService } from './settings.ts';

export type SafekeepingDeps = Omit<
  BackupDeps & RestorationDeps & MigrationDeps,
  'settings' | 'setSetting'
> & { settings: SettingsService; setSetting: MigrationDeps['setSetting'] };

/** What outlives a machine: backups, what comes back of them, and what comes from the system before. */
export function createSafekeeping(deps: SafekeepingDeps) {
  const shared = { ...deps, settings: deps.settings.get };
  return {
    backups: createBackups(shared),
    restoration: createRestoration(shared),
    migration: createMigration(shared),
  };
}
