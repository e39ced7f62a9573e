import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exists } from './machine.ts';

const prefix = 'before-upgrade-';
/** The oldest go. */
const keptBackups = 5;
/** Of SQLite, beside the database: what a crash leaves in them belongs to it. */
const suffixes = ['', '-wal', '-shm'] as const;

/** Copies the database while nobody has it open; returns the copy's directory. */
export async function backUpDatabase(database: string, now: Date): Promise<string> {
  const parent = join(dirname(database), 'backups');
  const stamp = now.toISOString().replaceAll(/[-:]|\..*/g, '');
  const directory = join(parent, `${prefix}${stamp}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await copyAll(dirname(database), directory, basename(database));
  const all = (await readdir(parent)).filter((name) => name.startsWith(prefix)).sort();
  for (const name of all.slice(0, -keptBackups)) {
    await rm(join(parent, name), { recursive: true });
  }
  return directory;
}

/** Puts the copy in the place of the database, while nobody has it open. */
export async function restoreDatabase(database: string, directory: string): Promise<void> {
  await copyAll(directory, dirname(database), basename(database));
}

/** What is not there is not there afterwards either. */
async function copyAll(from: string, to: string, name: string): Promise<void> {
  for (const suffix of suffixes) {
    const file = `${name}${suffix}`;
    await rm(join(to, file), { force: true });
    if (await exists(join(from, file))) await copyFile(join(from, file), join(to, file));
  }
}
