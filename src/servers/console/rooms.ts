import type { Room } from './room.ts';
import { common } from './rooms/common.ts';
import { entries } from './rooms/entries.ts';
import { hosts } from './rooms/hosts.ts';
import { images } from './rooms/images.ts';
import { login } from './rooms/login.ts';
import { overview } from './rooms/overview.ts';
import { profile } from './rooms/profile.ts';
import { storage } from './rooms/storage.ts';
import { tasks } from './rooms/tasks.ts';

/** Every part of the console. A new one is added here, and nowhere else. */
export const rooms: readonly Room[] = [
  common,
  entries,
  hosts,
  images,
  login,
  overview,
  profile,
  storage,
  tasks,
];
