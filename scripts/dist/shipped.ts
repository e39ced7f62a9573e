import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { LinuxPlatform } from './platforms.ts';

/** Folders of the tree that are packed whole, under their own paths; one may be absent. */
const folders = ['templates', 'assets'] as const;

/** Single files of the tree: what browsers get of node_modules, a line each. */
const files = ['LICENSE'] as const;

/** What the single binary has in itself: files of the disk by the names that src/resources.ts reads them by. */
export async function shippedFiles(
  root: string,
  platform: LinuxPlatform,
): Promise<Record<string, string>> {
  const found = await Promise.all(folders.map((folder) => filesBelow(root, folder)));
  const paths = [...files, ...found.flat()].sort();
  return {
    ...Object.fromEntries(paths.map((path) => [path, join(root, path)])),
    'sqlite.node': join(root, 'node_modules/better-sqlite3/prebuilds', `${platform}.node`),
  };
}

/** Nothing that begins with a dot: what a build was writing when it was stopped. */
async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
