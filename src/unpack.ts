import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { CafebootError } from './errors.ts';

/** What of the program must be a file before it is of use: what the kernel loads, or a server sends. */
export interface Unpacker {
  /** The path of a file with this content. Throws `cache_unwritable`. */
  file(name: string, content: Buffer): string;
  /** The path of a directory that holds these files and nothing else. Throws `cache_unwritable`. */
  directory(name: string, files: Record<string, Buffer>): string;
}

/**
 * Where the program unpacks: what was configured, else systemd's `CacheDirectory=`, else root's or the
 * user's own place for what can be made again.
 */
export function chooseCacheDir(
  configured: string,
  environment: Record<string, string | undefined>,
  { uid, home }: { uid: number; home: string },
): string {
  const [ofUnit] = (environment.CACHE_DIRECTORY ?? '').split(':');
  if (configured || ofUnit) return configured || String(ofUnit);
  if (uid === 0) return '/var/cache/cafeboot';
  return join(environment.XDG_CACHE_HOME || join(home, '.cache'), 'cafeboot');
}

/** Everything is below `cacheDir`, under names that tell the content: two versions do not disturb each other. */
export function createUnpacker(cacheDir: string): Unpacker {
  const dir = join(cacheDir, 'program');

  /** Ours alone: what lies there is loaded into this process. */
  function prepare(): void {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const found = lstatSync(dir);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) {
      throw new Error('it belongs to another user');
    }
    chmodSync(dir, 0o700);
  }

  /** Whole under its name or not there: `make` writes beside it. */
  function place(name: string, isRight: (path: string) => boolean, make: (path: string) => void) {
    const path = join(dir, name);
    try {
      prepare();
      if (existsSync(path) && isRight(path)) return path;
      const part = `${path}.${process.pid}.part`;
      rmSync(part, { recursive: true, force: true });
      make(part);
      // A directory does not replace one that holds something.
      if (existsSync(path)) rmSync(path, { recursive: true, force: true });
      renameSync(part, path);
      return path;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CafebootError('cache_unwritable', { path: dir, reason }, { cause: error });
    }
  }

  const isSame = (path: string, content: Buffer) =>
    existsSync(path) && readFileSync(path).equals(content);

  return {
    file: (name, content) =>
      place(
        `${digest([content])}-${basename(name)}`,
        (path) => isSame(path, content),
        (path) => writeFileSync(path, content, { mode: 0o700 }),
      ),
    directory: (name, files) =>
      place(
        `${digest(Object.entries(files).flat())}-${name}`,
        (path) =>
          Object.entries(files).every(([file, content]) => isSame(join(path, file), content)),
        (path) => {
          mkdirSync(path, { mode: 0o700 });
          for (const [file, content] of Object.entries(files)) {
            writeFileSync(join(path, basename(file)), content, { mode: 0o600 });
          }
        },
      ),
  };
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}
