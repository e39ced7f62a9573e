import en from '../../../i18n/console/backups.en.json' with { type: 'json' };
import zh from '../../../i18n/console/backups.zh-CN.json' with { type: 'json' };
import { addBackupPages } from '../backup-pages.ts';
import type { Room } from '../room.ts';

/** Copies of everything that cannot be made again; reached from the settings. */
export const backups: Room = {
  name: 'backups',
  texts: { en, 'zh-CN': zh },
  addRoutes: addBackupPages,
};
