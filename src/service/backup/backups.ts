import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CafebootError, codeOf } from '../../errors.ts';
import type { DiskFiles } from '../../storage/disk-files.ts';
import type { Store } from '../../store/store.ts';
import type { TaskRow } from '../../store/tasks.ts';
import type { Settings } from '../setting-list.ts';
import type { TaskControl, Tasks } from '../tasks.ts';
import type { Timeline } from '../timeline.ts';
import { writeArchive } from './archive-writer.ts';
import { type ContentDeps, createContents } from './contents.ts';
import { backupName, findOutdated, isAutomatic, isBackupDue, isBackupName } from './schedule.ts';

/** Where backups go, and what of the data directory is in them beside the database. */
export interface BackupDirectories {
  dataDir: string;
  backups: string;
  small: readonly string[];
}

export interface BackupDeps extends ContentDeps {
  store: Store;
  diskFiles: DiskFiles;
  tasks: Tasks;
  timeline: Timeline;
  settings: () => Settings;
  directories: BackupDirectories;
  now: () => number;
}

/** A backup in the backups' directory. Times are epoch milliseconds. */
export interface Backup {
  name: string;
  sizeBytes: number;
  createdAt: number;
  isAutomatic: boolean;
}

export interface BackupFields {
  /** A new file of this machine; none: one in the backups' directory. */
  path?: string | undefined;
  /** Whether the published versions' content is in it. */
  images?: boolean | undefined;
}

export type Backups = ReturnType<typeof createBackups>;

/** Copies of everything that cannot be made again, taken while the server runs. */
export function createBackups(deps: BackupDeps) {
  const { diskFiles, tasks, timeline, settings, directories, now } = deps;
  const contents = createContents(deps);

  async function list(): Promise<Backup[]> {
    const names = (await readdir(directories.backups)).filter(isBackupName);
    const found = await Promise.all(
      names.map(async (name): Promise<Backup[]> => {
        const info = await stat(join(directories.backups, name)).catch(() => undefined);
        if (!info) return [];
        const { size: sizeBytes, mtimeMs } = info;
        const createdAt = Math.round(mtimeMs);
        return [{ name, sizeBytes, createdAt, isAutomatic: isAutomatic(name) }];
      }),
    );
    return found.flat().sort((a, b) => b.createdAt - a.createdAt);
  }

  async function make(path: string, withImages: boolean, control: TaskControl): Promise<void> {
    const staging = await mkdtemp(join(directories.backups, '.making-'));
    try {
      await using content = await contents.collect(staging, withImages);
      await writeArchive(path, content.members(), {
        signal: control.signal,
        onProgress: (doneBytes) => control.progress(doneBytes, content.totalBytes),
        nowMs: now(),
      });
      const { size: sizeBytes } = await stat(path);
      timeline.record({ kind: 'backup.made', data: { file: path, sizeBytes } });
    } catch (error) {
      const code = codeOf(error);
      const data = { file: path, code };
      if (code !== 'task_cancelled') {
        timeline.record({ kind: 'backup.failed', level: 'error', data });
      }
      throw error;
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  const startTask = (path: string, withImages: boolean): TaskRow =>
    tasks.start('backup.make', path, (control) => make(path, withImages, control));

  async function removeOutdated(): Promise<void> {
    const names = await readdir(directories.backups);
    for (const name of findOutdated(names, settings().backupsKept)) {
      await rm(join(directories.backups, name), { force: true });
    }
  }

  async function get(name: string): Promise<Backup> {
    const found = (await list()).find((backup) => backup.name === name);
    if (!found) throw new CafebootError('not_found', { kind: 'backup', name });
    return found;
  }

  return {
    /** The newest first. */
    list,

    /** Starts one. Throws `already_exists` or `not_found` for a path that it cannot be written to. */
    async start({ path, images = false }: BackupFields): Promise<TaskRow> {
      if (path !== undefined) await diskFiles.refuseToReplace(path);
      return startTask(path ?? join(directories.backups, backupName('cafeboot', now())), images);
    },

    /** To read one from its beginning to its end. Throws `not_found`. */
    async open(name: string): Promise<{ content: Readable; sizeBytes: number }> {
      const { sizeBytes } = await get(name);
      const content = createReadStream(join(directories.backups, name));
      content.once('end', () => {
        timeline.record({ kind: 'backup.fetched', data: { file: name, sizeBytes } });
      });
      return { content, sizeBytes };
    },

    /** For ever. Throws `not_found`. */
    async remove(name: string): Promise<void> {
      await get(name);
      await rm(join(directories.backups, name), { force: true });
    },

    /** Makes today's where it is due, without images; older ones go only when it has been made. */
    async makeDaily(): Promise<void> {
      const { backupHour, backupsKept } = settings();
      if (backupsKept === 0) return;
      const last = (await list()).find((backup) => backup.isAutomatic)?.createdAt;
      if (!isBackupDue(now(), backupHour, last)) return;
      const path = join(directories.backups, backupName('daily', now()));
      const task = startTask(path, false);
      await tasks.ended(task.id);
      if (tasks.get(task.id).state === 'done') await removeOutdated();
    },
  };
}
