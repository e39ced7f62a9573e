import { constants } from 'node:fs';
import { copyFile, link, open, readdir, rm, stat, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CafebootError } from '../errors.ts';
import { hasErrno } from './errno.ts';
import { readOwnBytes } from './file-extents.ts';
import { checkVolumeName, roundToSector } from './names.ts';
import { diskSuffix, openPool, type PoolOptions } from './reflink-pool.ts';
import type { Volume, VolumeStore } from './volumes.ts';

const partial = '.part';

/**
 * Disks as sparse files on a filesystem with reflinks: a snapshot is a FICLONE, which shares every
 * extent until it is written. A name appears only when its file is complete, so that a crash
 * leaves at most a `.part` file, removed at the next start.
 */
export async function startReflinkStore(options: PoolOptions): Promise<VolumeStore> {
  const pool = await openPool(options);
  const directory = pool.directory;
  await removePartials(directory);
  const path = (name: string) => {
    checkVolumeName(name);
    return join(directory, name + diskSuffix);
  };

  async function list(): Promise<Volume[]> {
    const names = (await readdir(directory)).filter((file) => file.endsWith(diskSuffix)).sort();
    const found = await Promise.all(names.map((file) => findVolume(directory, file)));
    return found.filter((volume) => volume !== undefined);
  }

  return {
    kind: 'reflink',

    async create(name, sizeBytes) {
      if (!(sizeBytes > 0))
        throw new CafebootError('invalid_value', { field: 'sizeBytes', value: sizeBytes });
      try {
        const file = await open(path(name), 'wx', 0o600);
        await file.truncate(roundToSector(sizeBytes)).finally(() => file.close());
      } catch (error) {
        throw fileError(error, name);
      }
    },

    async snapshot(origin, name) {
      const target = path(name);
      const part = target + partial;
      try {
        await copyFile(path(origin), part, constants.COPYFILE_FICLONE_FORCE);
        // link, not rename: it refuses to replace a disk that is already there.
        await link(part, target);
      } catch (error) {
        throw fileError(error, hasErrno(error, 'EEXIST') ? name : origin);
      } finally {
        await rm(part, { force: true });
      }
    },

    async remove(name) {
      await rm(path(name), { force: true });
    },

    async grow(name, sizeBytes) {
      const file = path(name);
      const current = await stat(file).catch((error) => {
        throw fileError(error, name);
      });
      if (sizeBytes < current.size) {
        throw new CafebootError('invalid_value', { field: 'sizeBytes', value: sizeBytes });
      }
      await truncate(file, roundToSector(sizeBytes));
    },

    list,

    async ownBytes(names) {
      const present = new Set((await list()).map(({ name }) => name));
      const found = new Map<string, number>();
      for (const name of names) {
        if (present.has(name)) found.set(name, await readOwnBytes(options.run, path(name)));
      }
      return found;
    },

    async activate(name) {
      await stat(path(name)).catch((error) => {
        throw fileError(error, name);
      });
    },

    devicePath: path,

    async capacity() {
      const { bsize, blocks, bfree } = await statfs(directory);
      const health = bfree === 0 ? 'full' : 'good';
      return { totalBytes: blocks * bsize, usedBytes: (blocks - bfree) * bsize, health };
    },

    close: pool.close,
  };
}

/** Not one that was removed since its name was read. */
async function findVolume(directory: string, file: string): Promise<Volume | undefined> {
  const info = await stat(join(directory, file)).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!info) return undefined;
  const { size, blocks } = info;
  return {
    name: file.slice(0, -diskSuffix.length),
    sizeBytes: size,
    usedBytes: blocks * 512,
    isActive: true,
  };
}

async function removePartials(directory: string): Promise<void> {
  for (const file of await readdir(directory)) {
    if (file.endsWith(partial)) await rm(join(directory, file), { force: true });
  }
}

function fileError(error: unknown, volume: string): unknown {
  const options = { cause: error };
  if (hasErrno(error, 'ENOENT')) return new CafebootError('not_found', { volume }, options);
  if (hasErrno(error, 'EEXIST')) return new CafebootError('already_exists', { volume }, options);
  if (hasErrno(error, 'ENOSPC')) return new CafebootError('no_space', { volume }, options);
  return error;
}
