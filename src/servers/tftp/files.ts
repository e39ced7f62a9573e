import { type BigIntStats, constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createFileCache } from './cache.ts';
import { fileContent, memoryContent, readExactly, type TftpContent } from './content.ts';

/** Why there is nothing to send under a name. */
export type FileRefusal =
  | 'not-found'
  | 'outside-root'
  | 'not-a-file'
  | 'not-readable'
  | 'read-failed';

export type FoundFile =
  | { content: TftpContent }
  | { content?: never; refusal: FileRefusal; cause?: unknown };

/** The seam to what is served: `path` is relative and normalised (src/tftp/filename.ts). Never throws. */
export interface TftpFiles {
  find(path: string): Promise<FoundFile>;
}

/**
 * A directory to serve from. With `only`, nothing but these names, which we chose and not an admin or a
 * client: they may be symlinks (Debian's `ipxe.efi` leads to /boot).
 */
export interface TftpRoot {
  directory: string;
  only?: readonly string[];
}

export interface TftpFilesOptions {
  /** Asked in order: the first root that has the name serves it. */
  roots: readonly TftpRoot[];
  /** Memory for contents; a larger file is read in pieces, per transfer. */
  cacheBytes?: number;
  /** Size of such a piece. */
  readAheadBytes?: number;
}

/**
 * Serves regular files below the roots, from memory. Nothing outside of a root is reachable: the path
 * is resolved by the kernel first, and must then still lie inside the (resolved) root.
 */
export function createTftpFiles({
  roots,
  cacheBytes = 32 * 1024 * 1024,
  readAheadBytes = 256 * 1024,
}: TftpFilesOptions): TftpFiles {
  const cache = createFileCache(cacheBytes);

  const load = async ({ path, stats }: Resolved): Promise<FoundFile> => {
    const sizeBytes = Number(stats.size);
    if (sizeBytes > cacheBytes) {
      return { content: fileContent(await openFile(path), sizeBytes, readAheadBytes) };
    }
    const identity = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
    return {
      content: memoryContent(await cache.get(path, identity, () => readWhole(path, sizeBytes))),
    };
  };

  return {
    async find(path) {
      for (const { directory, only } of roots) {
        if (only && !only.includes(path)) continue;
        try {
          const resolved = await resolve(directory, path, only !== undefined);
          return 'refusal' in resolved ? resolved : await load(resolved);
        } catch (cause) {
          const refusal = refusalOf(cause);
          if (refusal !== 'not-found') return { refusal, cause };
        }
      }
      return { refusal: 'not-found' };
    },
  };
}

interface Resolved {
  path: string;
  stats: BigIntStats;
}

async function resolve(
  directory: string,
  path: string,
  mayLeave: boolean,
): Promise<Resolved | { refusal: FileRefusal }> {
  const root = await realpath(directory);
  const resolved = await realpath(join(root, path));
  const inside = resolved.startsWith(root.endsWith(sep) ? root : root + sep);
  if (!inside && !mayLeave) return { refusal: 'outside-root' };
  const stats = await stat(resolved, { bigint: true });
  return stats.isFile() ? { path: resolved, stats } : { refusal: 'not-a-file' };
}

async function readWhole(path: string, sizeBytes: number): Promise<Uint8Array> {
  const handle = await openFile(path);
  try {
    return await readExactly(handle, 0, sizeBytes);
  } finally {
    await handle.close();
  }
}

/** The path is resolved, so a link here has just been put in; a FIFO put in must not block us. */
function openFile(path: string) {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

function refusalOf(cause: unknown): FileRefusal {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return 'not-found';
    case 'EACCES':
    case 'EPERM':
      return 'not-readable';
    default:
      return 'read-failed';
  }
}
