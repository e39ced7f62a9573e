import { open } from 'node:fs/promises';
import { CafebootError } from '../errors.ts';

export interface CopyOptions {
  signal: AbortSignal;
  onProgress: (doneBytes: number, totalBytes: number) => void;
}

/** Large enough for full disk throughput, small enough to cancel at once. */
const chunkBytes = 4 * 1024 ** 2;

/**
 * Copies a raw disk into a volume of at least its size that reads as zeros, leaving out all-zero
 * chunks so that it stays thin, and flushes it to the disk.
 * Throws `task_cancelled`, or `no_space` where the pool is full.
 */
export async function copyIntoVolume(source: string, devicePath: string, options: CopyOptions) {
  const { signal, onProgress } = options;
  await using from = await open(source, 'r');
  await using to = await open(devicePath, 'r+');
  const totalBytes = (await from.stat()).size;
  const buffer = Buffer.alloc(chunkBytes);
  const zeros = Buffer.alloc(chunkBytes);
  let position = 0;
  while (position < totalBytes) {
    if (signal.aborted) throw new CafebootError('task_cancelled');
    const { bytesRead } = await from.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    const isZero = buffer.compare(zeros, 0, bytesRead, 0, bytesRead) === 0;
    if (!isZero) await writeAll(to, buffer.subarray(0, bytesRead), position);
    position += bytesRead;
    onProgress(position, totalBytes);
  }
  await to.sync();
}

async function writeAll(
  file: Awaited<ReturnType<typeof open>>,
  bytes: Uint8Array,
  start: number,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file
      .write(bytes, written, bytes.length - written, start + written)
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC' && error.code !== 'EIO') throw error;
        throw new CafebootError('no_space', {}, { cause: error });
      });
    written += bytesWritten;
  }
}
