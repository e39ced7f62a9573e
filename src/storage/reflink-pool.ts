import { constants } from 'node:fs';
import {
  access,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { Run } from './exec.ts';

export interface PoolOptions {
  /** Holds `pool/` and, where the filesystem has no reflinks, `pool.img`. */
  dataDir: string;
  run: Run;
  /** Size of a new `pool.img`; default: nine tenths of what is free. */
  poolSizeBytes?: number;
}

export interface Pool {
  directory: string;
  close(): Promise<void>;
}

/** Of a disk's file in the pool. */
export const diskSuffix = '.img';

/** mkfs.xfs refuses less. */
const smallestPoolBytes = 300 * 1024 ** 2;

/**
 * Opens `<dataDir>/pool`: the directory itself where its filesystem can share extents (XFS, btrfs),
 * else an XFS filesystem in the sparse file `<dataDir>/pool.img`, loop-mounted there. An existing
 * `pool.img` is never formatted again, and used also where the directory came to share extents since, unless
 * there are disks in it. Throws `storage_unavailable` with the step that failed.
 */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { dataDir, run } = options;
  const directory = join(dataDir, 'pool');
  const image = join(dataDir, 'pool.img');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unmount = async () => void (await run('umount', [directory]));
  if (await sharesExtents(directory)) {
    if (await isOurMount(directory, image)) return { directory, close: unmount };
    if (!(await exists(image)) || (await hasDisks(directory))) {
      return { directory, close: async () => {} };
    }
  }

  try {
    if (!(await exists(image))) await makePoolImage(image, options);
    await run('mount', ['-o', 'loop,discard,noatime', image, directory]);
  } catch (error) {
    throw new CafebootError('storage_unavailable', { path: image }, { cause: error });
  }
  if (!(await sharesExtents(directory))) {
    throw new CafebootError('storage_unavailable', { path: directory });
  }
  return { directory, close: unmount };
}

/** Whether our image is mounted there already: we were killed, and now it is ours again to unmount. */
async function isOurMount(directory: string, image: string): Promise<boolean> {
  const [inside, outside] = [await stat(directory), await stat(dirname(directory))];
  return inside.dev !== outside.dev && (await exists(image));
}

const hasDisks = async (directory: string): Promise<boolean> =>
  (await readdir(directory)).some((file) => file.endsWith(diskSuffix));

/** Formats under a temporary name: a pool.img that exists is always a whole filesystem. */
async function makePoolImage(image: string, { dataDir, run, poolSizeBytes }: PoolOptions) {
  const { bavail, bsize } = await statfs(dataDir);
  const sizeBytes = poolSizeBytes ?? Math.floor((bavail * bsize * 9) / 10);
  if (sizeBytes < smallestPoolBytes) {
    throw new CafebootError('no_space', { path: dataDir, neededBytes: smallestPoolBytes });
  }
  const part = `${image}.part`;
  const file = await open(part, 'w', 0o600);
  await file.truncate(sizeBytes).finally(() => file.close());
  await run('mkfs.xfs', ['-q', '-f', '-m', 'reflink=1', part]);
  await rename(part, image);
}

/** Asks the kernel rather than a list of filesystem names. */
async function sharesExtents(directory: string): Promise<boolean> {
  const probe = await mkdtemp(join(directory, '.probe-'));
  try {
    await writeFile(join(probe, 'a'), Buffer.alloc(4096, 1));
    await copyFile(join(probe, 'a'), join(probe, 'b'), constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
