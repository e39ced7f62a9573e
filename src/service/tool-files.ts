import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where a file below `root` is, with a slash first. Windows' own copies differ in upper and lower case
 * (`Boot/BCD`, `boot/bcd`), so that is not looked at. Undefined where it is not.
 */
export async function findFile(root: string, path: string): Promise<string | undefined> {
  let found = '';
  for (const part of path.split('/')) {
    const names = await readdir(join(root, found)).catch(() => []);
    const name =
      names.find((each) => each === part) ??
      names.find((each) => each.toLowerCase() === part.toLowerCase());
    if (name === undefined || part.startsWith('.')) return undefined;
    found += `/${name}`;
  }
  const file = await stat(join(root, found)).catch(() => undefined);
  return file?.isFile() ? found : undefined;
}

export interface ListedFile {
  /** Of letters that a boot script takes, and the same for the same file name. */
  id: string;
  /** For people: the name without its ending. */
  title: string;
  path: string;
}

/** The files of a folder below `root` with this ending, by name. */
export async function listFiles(
  root: string,
  { folder, ending }: { folder: string; ending: string },
): Promise<ListedFile[]> {
  const names = await readdir(join(root, folder)).catch(() => []);
  return names
    .filter((name) => name.toLowerCase().endsWith(ending) && !name.startsWith('.'))
    .sort()
    .map((name) => ({
      id: createHash('sha256').update(name).digest('hex').slice(0, 8),
      title: name.slice(0, -ending.length),
      path: `/${folder}/${name}`,
    }));
}
