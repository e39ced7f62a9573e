import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hasErrno } from '../../storage/errno.ts';

/** A file that is put into each backup, by its path below the data directory. */
export interface SmallFile {
  name: string;
  path: string;
  sizeBytes: number;
}

/** Scripts, answers for installers, boot sectors: not Windows PE, nor installers themselves. */
const largestBytes = 4 * 1024 ** 2;

/** Regular files below these directories; a name in `leftOut` is that of one too large. Links are not followed. */
export async function listSmallFiles(
  dataDir: string,
  directories: readonly string[],
): Promise<{ files: SmallFile[]; leftOut: { name: string; sizeBytes: number }[] }> {
  const found: SmallFile[] = [];
  for (const directory of directories) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const info = await stat(path).catch(() => undefined);
      if (info) found.push({ name: relative(dataDir, path), path, sizeBytes: info.size });
    }
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const isSmall = ({ sizeBytes }: SmallFile) => sizeBytes <= largestBytes;
  return {
    files: found.filter(isSmall),
    leftOut: found
      .filter((file) => !isSmall(file))
      .map(({ name, sizeBytes }) => ({ name, sizeBytes })),
  };
}

/** As it is now; undefined where it was removed since it was listed. */
export const readSmallFile = ({ path }: SmallFile): Promise<Buffer | undefined> =>
  readFile(path).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
