import type { Room } from './room.ts';
import { api } from './rooms/api.ts';
import { backups } from './rooms/backups.ts';
import { common } from './rooms/common.ts';
import { entries } from './rooms/entries.ts';
import { events } from './rooms/events.ts';
import { health } from './rooms/health.ts';
import { hosts } from './rooms/hosts.ts';
import { images } from './rooms/images.ts';
import { login } from './rooms/login.ts';
import { overview } from './rooms/overview.ts';
import { people } from './rooms/people.ts';
import { profile } from './rooms/profile.ts';
import { settings } from './rooms/settings.ts';
import { setup } from './rooms/setup.ts';
import { storage } from './rooms/storage.ts';
import { tasks } from './rooms/tasks.ts';

/** Every part of the console. A new one is added here, and nowhere else. */
export const rooms: readonly Room[] = [
  api,
  backups,
  common,
  entries,
  events,
  health,
  hosts,
  images,
  login,
  overview,
  people,
  profile,
  settings,
  setup,
  storage,
  tasks,
];
