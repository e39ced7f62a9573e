import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { CafebootError } from '../../errors.ts';
import { encodeTarHeader, paddingOf, tarEnd } from './tar.ts';

/** A file of the archive. `read` gives exactly `sizeBytes` of content. */
export interface Member {
  name: string;
  sizeBytes: number;
  read(): AsyncIterable<Buffer>;
}

export interface ArchiveOptions {
  signal: AbortSignal;
  /** Of the content, before it is packed. */
  onProgress: (doneBytes: number) => void;
  nowMs: number;
}

/** Sums of all other members, the last one of each archive. */
export const checksumsName = 'checksums.json';

export function memberOf(name: string, content: Buffer): Member {
  return {
    name,
    sizeBytes: content.length,
    async *read() {
      yield content;
    },
  };
}

/**
 * Writes the members and their SHA-256 sums as tar, packed with zstd, to a new file that only its owner
 * can read; its name appears when it is whole. Throws `already_exists`, `destination_full`, `task_cancelled`.
 */
export async function writeArchive(
  path: string,
  members: AsyncIterable<Member>,
  options: ArchiveOptions,
): Promise<void> {
  const part = `${path}.part`;
  try {
    const level = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
    await pipeline(
      Readable.from(encode(members, options), { objectMode: false }),
      createZstdCompress({ params: level }),
      createWriteStream(part, { mode: 0o600 }),
      { signal: options.signal },
    );
    await using file = await open(part, 'r');
    await file.sync();
    // link, not rename: it refuses to replace a file that is there.
    await link(part, path);
  } catch (error) {
    throw archiveError(error, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function* encode(members: AsyncIterable<Member>, { onProgress, nowMs }: ArchiveOptions) {
  const sums: Record<string, string> = {};
  let doneBytes = 0;
  for await (const member of members) {
    const { name, sizeBytes } = member;
    const hash = createHash('sha256');
    yield encodeTarHeader(member, nowMs);
    let given = 0;
    for await (const chunk of member.read()) {
      given += chunk.length;
      hash.update(chunk);
      yield chunk;
      onProgress(doneBytes + given);
    }
    if (given !== sizeBytes) throw new Error(`${name}: ${given} bytes instead of ${sizeBytes}`);
    doneBytes += given;
    if (paddingOf(given) > 0) yield Buffer.alloc(paddingOf(given));
    sums[name] = hash.digest('hex');
  }
  const content = Buffer.from(JSON.stringify(sums, null, 1));
  yield encodeTarHeader({ name: checksumsName, sizeBytes: content.length }, nowMs);
  yield Buffer.concat([content, Buffer.alloc(paddingOf(content.length)), tarEnd()]);
}

function archiveError(error: unknown, path: string): unknown {
  const { code, name } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  if (name === 'AbortError') return new CafebootError('task_cancelled', {}, options);
  if (code === 'EEXIST') return new CafebootError('already_exists', { volume: path }, options);
  if (code === 'ENOSPC') return new CafebootError('destination_full', { path }, options);
  return error;
}
