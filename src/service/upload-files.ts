import { open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CafebootError } from '../errors.ts';

/** How much of a file has come, of how much that is to come. */
interface Extent {
  offset: number;
  sizeBytes: number;
}

/** Left free beside what all uploads will take: the database is on the same disk. */
const spareBytes = 256 * 1024 ** 2;

/** Throws `destination_full` where the directory has no room for the rest of all of these. */
export async function refuseWithoutSpace(
  directory: string,
  uploads: readonly Extent[],
): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const missing = uploads.reduce((sum, each) => sum + each.sizeBytes - each.offset, spareBytes);
  if (bavail * bsize < missing) throw new CafebootError('destination_full', { path: directory });
}

/**
 * Writes what comes behind what there is, and returns where the file ends then. Throws `invalid_value` for more
 * bytes than were said, `destination_full`; what came stays.
 */
export async function appendBytes(
  path: string,
  { offset, sizeBytes }: Extent,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, 'r+');
  let end = offset;
  try {
    for await (const chunk of body) {
      if (end + chunk.length > sizeBytes) {
        throw new CafebootError('invalid_value', { field: 'sizeBytes', value: sizeBytes });
      }
      end = await writeWhole(file, chunk, end);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new CafebootError('destination_full', { path: dirname(path) }, { cause: error });
  } finally {
    await file.close();
  }
  return end;
}

/** A disk that is nearly full takes a part; the rest then fails as it should. */
async function writeWhole(
  file: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  position: number,
): Promise<number> {
  const end = position + chunk.length;
  let at = position;
  while (at < end) {
    const rest = chunk.subarray(at - position);
    at += (await file.write(rest, 0, rest.length, at)).bytesWritten;
  }
  return end;
}
