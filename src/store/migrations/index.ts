import { first } from './0001-first.ts';
import { chap } from './0002-chap.ts';
import { imageLife } from './0003-image-life.ts';
import { imageLife2 } from './0004-image-life-2.ts';
import { poolSamples } from './0005-pool-samples.ts';
import { leases } from './0006-leases.ts';
import { waysIn } from './0007-ways-in.ts';
import { power } from './0008-power.ts';
import { nextTool } from './0009-next-tool.ts';
import { users } from './0010-users.ts';
import { traffic } from './0011-traffic.ts';
import { taskLines } from './0012-task-lines.ts';

/** In order; the position plus one is the database's `user_version` once applied. Never edit one that shipped. */
export const migrations: readonly string[] = [
  first,
  chap,
  imageLife,
  imageLife2,
  poolSamples,
  leases,
  waysIn,
  power,
  nextTool,
  users,
  traffic,
  taskLines,
];
