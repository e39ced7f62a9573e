import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createZstdDecompress } from 'node:zlib';
import { CafebootError } from '../../errors.ts';
import { checksumsName } from './archive-writer.ts';
import { blockBytes, paddingOf, parsePaxName, parseTarBlock, type TarEntry } from './tar.ts';

/** Takes one member's content; what it leaves is passed over. */
export type OnMember = (member: TarEntry, content: AsyncIterable<Buffer>) => Promise<void>;

export interface ReadOptions {
  signal?: AbortSignal;
}

/** No name is longer, so that a wrong length costs no memory. */
const longestPaxBytes = 64 * 1024;

/**
 * Reads an archive from its beginning to its end, and compares all members with their sums. So `onMember`
 * must do nothing that a damaged archive must not do, or be called after a first, whole reading.
 * Throws `backup_bad` with the reason.
 */
export async function readArchive(
  path: string,
  onMember: OnMember,
  { signal }: ReadOptions = {},
): Promise<void> {
  const file = createReadStream(path, { ...(signal && { signal }) });
  const unpacked = file.pipe(createZstdDecompress());
  file.on('error', (error) => unpacked.destroy(error));
  try {
    await readMembers(createSource(unpacked), onMember);
  } catch (error) {
    if (error instanceof CafebootError) throw error;
    const { code = '', name } = error as NodeJS.ErrnoException;
    if (name === 'AbortError') throw new CafebootError('task_cancelled', {}, { cause: error });
    // Everything but its contents is somebody else's trouble, such as a disk that is full.
    const isDamage = error instanceof RangeError || error instanceof SyntaxError;
    if (!isDamage && !code.startsWith('Z')) throw error;
    const reason = error instanceof Error ? error.message : code;
    throw new CafebootError('backup_bad', { path, reason }, { cause: error });
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}

async function readMembers(source: Source, onMember: OnMember): Promise<void> {
  const sums: Record<string, string> = {};
  let told: Record<string, string> | undefined;
  let longName: string | undefined;
  for (;;) {
    const block = parseTarBlock(await source.take(blockBytes));
    if (!block) break;
    const { sizeBytes } = block;
    if (block.isExtended) {
      if (sizeBytes > longestPaxBytes) throw new RangeError('name');
      longName = parsePaxName(await source.take(sizeBytes));
      await source.take(paddingOf(sizeBytes));
      continue;
    }
    const name = longName ?? block.name;
    longName = undefined;
    if (name === checksumsName) {
      told = JSON.parse((await source.take(sizeBytes)).toString()) as Record<string, string>;
    } else {
      const hash = createHash('sha256');
      const content = source.pieces(sizeBytes, (piece) => hash.update(piece));
      await onMember({ name, sizeBytes }, content);
      for await (const _ of content) {
        // Summed up, and of no further use.
      }
      sums[name] = hash.digest('hex');
    }
    await source.take(paddingOf(sizeBytes));
  }
  if (!told) throw new RangeError('no checksums');
  const expected = Object.entries(told);
  const wrong = expected.find(([name, sum]) => sums[name] !== sum)?.[0];
  if (wrong !== undefined) throw new RangeError(`checksum of ${wrong}`);
  if (expected.length !== Object.keys(sums).length) throw new RangeError('files without checksums');
}

type Source = ReturnType<typeof createSource>;

/** A stream's bytes in the pieces that are asked for. Throws RangeError where it ends before. */
function createSource(stream: AsyncIterable<Buffer>) {
  const iterator = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  /** At most so many, at least one. */
  async function next(atMost: number): Promise<Buffer> {
    while (rest.length === 0) {
      const { value, done } = await iterator.next();
      if (done) throw new RangeError('it ends too soon');
      rest = value as Buffer;
    }
    const piece = rest.subarray(0, atMost);
    rest = rest.subarray(piece.length);
    return piece;
  }

  return {
    async take(count: number): Promise<Buffer> {
      const pieces: Buffer[] = [];
      for (let left = count; left > 0; left -= pieces.at(-1)?.length ?? 0) {
        pieces.push(await next(left));
      }
      return Buffer.concat(pieces);
    },
    /** One time through, also where somebody began and left. */
    pieces(count: number, onPiece: (piece: Buffer) => void): AsyncIterable<Buffer> {
      let left = count;
      const read = async (): Promise<IteratorResult<Buffer>> => {
        if (left === 0) return { done: true, value: undefined };
        const value = await next(left);
        left -= value.length;
        onPiece(value);
        return { done: false, value };
      };
      return { [Symbol.asyncIterator]: () => ({ next: read }) };
    },
  };
}
