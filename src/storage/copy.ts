import { type FileHandle, open } from 'node:fs/promises';
import { CafebootError } from '../errors.ts';
import { hasErrno } from './errno.ts';

export interface CopyOptions {
  signal: AbortSignal;
  onProgress: (doneBytes: number, totalBytes: number) => void;
}

/** Large enough for full disk throughput, small enough to cancel at once. */
const chunkBytes = 4 * 1024 ** 2;
/** The unit in which a thin pool gives out space. */
const blockBytes = 64 * 1024;
const zeros = Buffer.alloc(blockBytes);

/**
 * Copies a raw disk into a volume of at least its size that reads as zeros, leaving out what is zero
 * anyway so that it stays thin, and flushes it to the disk.
 * Throws `task_cancelled`, or `no_space` where the pool is full.
 */
export async function copyIntoVolume(
  { path, sizeBytes: totalBytes }: { path: string; sizeBytes: number },
  devicePath: string,
  options: CopyOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  await using from = await open(path, 'r');
  await using to = await open(devicePath, 'r+');
  const buffer = Buffer.alloc(chunkBytes);
  let position = 0;
  while (position < totalBytes) {
    if (signal.aborted) throw new CafebootError('task_cancelled');
    const { bytesRead } = await from.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    await writeData(to, buffer.subarray(0, bytesRead), position);
    position += bytesRead;
    onProgress(position, totalBytes);
  }
  await flushVolume(to);
}

/**
 * What was written is on the disk then. Most of a full pool's errors show only here, since writes go through
 * the page cache. Throws `no_space`.
 */
export async function flushVolume(file: FileHandle): Promise<void> {
  await file.sync().catch(refuseFull);
}

/**
 * Writes what is not zero of these bytes, which begin at `position`, into a volume that reads as zeros.
 * Throws `no_space`.
 */
export async function writeData(to: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (const { start, end } of dataRuns(bytes)) {
    await writeAll(to, bytes.subarray(start, end), position + start);
  }
}

/** Where there is something, in whole blocks; what touches is one run. */
function dataRuns(bytes: Buffer): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const end = Math.min(start + blockBytes, bytes.length);
    if (bytes.compare(zeros, 0, end - start, start, end) === 0) continue;
    const last = runs.at(-1);
    if (last?.end === start) last.end = end;
    else runs.push({ start, end });
  }
  return runs;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file
      .write(bytes, written, bytes.length - written, start + written)
      .catch(refuseFull);
    written += bytesWritten;
  }
}

/** A thin volume whose pool is full says either: it depends on the kernel, and on the page cache in between. */
function refuseFull(error: unknown): never {
  if (!hasErrno(error, 'ENOSPC') && !hasErrno(error, 'EIO')) throw error;
  throw new CafebootError('no_space', {}, { cause: error });
}
