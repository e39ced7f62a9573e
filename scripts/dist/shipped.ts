import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { browserPackages, iconPath } from '../../src/servers/console/browser-files.ts';
import { findIconNames } from '../../src/servers/console/icons.ts';
import { rooms } from '../../src/servers/console/rooms.ts';
import type { LinuxPlatform } from './platforms.ts';

/** Folders of the tree that are packed whole, under their own paths; one may be absent. */
const folders = ['templates', 'assets'] as const;

/** Single files of the tree, a line each; what browsers get of packages is in the console's own list. */
const files = ['LICENSE', ...Object.values(browserPackages)] as const;

const roomIcons = rooms.flatMap(({ nav }) => (nav ? [nav.icon] : []));

/** What the single binary has in itself: files of the disk by the names that src/resources.ts reads them by. */
export async function shippedFiles(
  root: string,
  platform: LinuxPlatform,
): Promise<Record<string, string>> {
  const found = await Promise.all(folders.map((folder) => filesBelow(root, folder)));
  const templates = found.flat().filter((path) => path.endsWith('.njk'));
  const texts = await Promise.all(templates.map((path) => readFile(join(root, path), 'utf8')));
  const icons = [...new Set([...findIconNames(texts), ...roomIcons])].map(iconPath);
  const paths = [...files, ...icons, ...found.flat()].sort();
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
