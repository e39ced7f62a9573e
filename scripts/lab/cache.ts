import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { start } from './run.ts';

/** `$XDG_CACHE_HOME/cafeboot`, by default `~/.cache/cafeboot`. */
export function cacheDir(): string {
  const { XDG_CACHE_HOME } = process.env;
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'cafeboot');
}

/** What a cached thing is, and a digest of all that decides its content; both of letters and digits. */
export interface CacheKey {
  kind: string;
  digest: string;
}

/** Makes the thing at `path`, with the help of a scratch directory `dir`. */
type Build = (path: string, dir: string) => Promise<void>;

/**
 * The path of a raw disk image in the cache; where it is not there, `build` makes it, and those of its
 * kind with another digest go. Two builders at once: the second waits for the first.
 */
export function cachedImage(key: CacheKey, build: Build): Promise<string> {
  return cached(key, '.raw', build);
}

/** The same for a whole directory. */
export function cachedDirectory(key: CacheKey, build: Build): Promise<string> {
  return cached(key, '', build);
}

async function cached(key: CacheKey, suffix: string, build: Build): Promise<string> {
  const name = `${key.kind}-${key.digest}${suffix}`;
  const path = join(cacheDir(), name);
  if (await exists(path)) return path;
  await mkdir(cacheDir(), { recursive: true });
  const unlock = await lock(`${path}.lock`);
  try {
    if (await exists(path)) return path;
    const dir = `${path}.build`;
    // There is one only when a builder was killed.
    await rm(dir, { recursive: true, force: true });
    try {
      await mkdir(dir);
      await build(join(dir, 'image'), dir);
      await rename(join(dir, 'image'), path);
      await removeOthers(key.kind, suffix, name);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    return path;
  } finally {
    await unlock();
  }
}

async function removeOthers(kind: string, suffix: string, kept: string): Promise<void> {
  const ofKind = new RegExp(`^${kind}-\\w+${suffix.replace('.', '\\.')}(\\.lock)?$`);
  for (const name of await readdir(cacheDir())) {
    if (!ofKind.test(name) || name.startsWith(kept)) continue;
    await rm(join(cacheDir(), name), { recursive: true, force: true });
  }
}

/** Holds flock(2) on a file through a child, so that the lock goes with us however we end. */
async function lock(path: string): Promise<() => Promise<void>> {
  const locked = Promise.withResolvers<void>();
  const holder = start(['flock', path, 'cat'], { onStdout: () => locked.resolve() });
  void holder.exited.then(() => locked.reject(new Error(`cannot lock ${path}`)));
  holder.write('locked\n');
  await locked.promise;
  return async () => {
    holder.endInput();
    await holder.exited;
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
