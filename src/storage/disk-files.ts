import { constants } from 'node:fs';
import { access, link, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CafebootError } from '../errors.ts';
import { type CopyOptions, copyIntoVolume, flushVolume } from './copy.ts';
import { type DiskFormat, isFixedVhd, readEnds, refuseForeign } from './disk-formats.ts';
import { hasErrno } from './errno.ts';
import type { Run } from './exec.ts';
import { isBehindLoop } from './loops.ts';
import { createQemuImg } from './qemu-img.ts';

/** A disk that can be imported. */
export interface DiskSource {
  path: string;
  format: DiskFormat;
  /** Of the disk inside, not of the file. */
  sizeBytes: number;
}

/** Throws `in_use` for a whole disk while it or a partition of it is mounted, or part of a pool, read cache or not. */
export async function refuseUsed(path: string, sys?: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_EXCL).catch((error: unknown) => {
    if (!hasErrno(error, 'EBUSY')) throw error;
    throw new CafebootError('in_use', { name: path }, { cause: error });
  });
  await file.close();
  if (await isBehindLoop(path, sys)) throw new CafebootError('in_use', { name: path });
}

export type DiskFiles = ReturnType<typeof createDiskFiles>;

/** Disks outside the pool: files of any format, and whole disks of this machine. */
export function createDiskFiles(run: Run) {
  const qemuImg = createQemuImg(run);
  /** Parts of files that are being written. */
  const writing = new Set<string>();

  /** What a file is called until it is complete. Throws `not_found`, and `in_use` while it is being written. */
  async function newPart(path: string): Promise<string> {
    const directory = await realpath(dirname(path)).catch((error: unknown) => {
      const context = { kind: 'directory', name: dirname(path) };
      throw new CafebootError('not_found', context, { cause: error });
    });
    const part = join(directory, `${basename(path)}.part`);
    if (writing.has(part)) throw new CafebootError('in_use', { name: path });
    return part;
  }

  async function inspectDevice(path: string): Promise<DiskSource> {
    await refuseUsed(path);
    const { stdout } = await run('blockdev', ['--getsize64', path]);
    return { path, format: 'raw', sizeBytes: Number(stdout) };
  }

  return {
    /**
     * What is at `path`: a file, or a block device that nothing uses. A `format` that is said is not
     * guessed. Throws `not_found`, `in_use`, `invalid_value`, `disk_file_unknown`, `disk_file_refers`.
     */
    async inspect(path: string, format?: DiskFormat): Promise<DiskSource> {
      const info = await stat(path).catch((error: unknown) => {
        throw new CafebootError('not_found', { kind: 'file', name: path }, { cause: error });
      });
      if (info.isBlockDevice()) return inspectDevice(path);
      if (!info.isFile() || info.size === 0) {
        throw new CafebootError('invalid_value', { field: 'file', value: path });
      }
      if (format === 'raw') return { path, format, sizeBytes: info.size };
      const ends = await readEnds(path);
      refuseForeign(ends);
      const found = await qemuImg.inspect(path, format ?? (isFixedVhd(ends) ? 'vhd' : undefined));
      const sizeBytes = found.format === 'raw' ? info.size : found.virtualSizeBytes;
      return { path, format: found.format, sizeBytes };
    },

    /** Copies the disk into a volume of at least its size that reads as zeros. Throws as copying does. */
    async copyIn(source: DiskSource, devicePath: string, options: CopyOptions): Promise<void> {
      const { path, format, sizeBytes } = source;
      if (format === 'raw') return copyIntoVolume(source, devicePath, options);
      const onProgress = (share: number) =>
        options.onProgress(Math.round(share * sizeBytes), sizeBytes);
      // Opened before: whoever opens it later is not told of a write that failed and that qemu-img heard of.
      await using device = await open(devicePath, 'r+');
      await qemuImg.toVolume(path, format, devicePath, { ...options, onProgress });
      await flushVolume(device);
    },

    /**
     * Writes a volume to a new file; the name appears only when the file is complete. Throws
     * `already_exists` for a file that is there, `not_found` for a directory that is not, `in_use` for a file
     * that is being written already.
     */
    async copyOut(
      devicePath: string,
      sizeBytes: number,
      path: string,
      format: DiskFormat,
      options: CopyOptions,
    ): Promise<void> {
      const part = await newPart(path);
      writing.add(part);
      const onProgress = (share: number) =>
        options.onProgress(Math.round(share * sizeBytes), sizeBytes);
      try {
        await qemuImg.fromVolume(devicePath, part, format, { ...options, onProgress });
        await using file = await open(part, 'r');
        await file.sync();
        // link, not rename: it refuses to replace a file that appeared meanwhile.
        await link(part, path);
      } catch (error) {
        if (!hasErrno(error, 'EEXIST')) throw error;
        throw new CafebootError('already_exists', { volume: path }, { cause: error });
      } finally {
        await rm(part, { force: true });
        writing.delete(part);
      }
    },

    /** Before a long copy: throws what `copyOut` would. */
    async refuseToReplace(path: string): Promise<void> {
      const part = await newPart(path);
      await access(dirname(part), constants.W_OK).catch((error: unknown) => {
        const context = { kind: 'directory', name: dirname(path) };
        throw new CafebootError('not_found', context, { cause: error });
      });
      const isThere = await access(path).then(
        () => true,
        () => false,
      );
      if (isThere) throw new CafebootError('already_exists', { volume: path });
    },
  };
}
