import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Files that ship with the program, by their paths in its tree: `templates/…`, `assets/…`, and what
 * browsers get of `node_modules/…`. They are small, and read once at the start.
 */
export interface Resources {
  /** Throws where there is no such file. */
  read(path: string): Buffer;
  /** The paths of all files below a folder, sorted; empty where there is none. */
  list(folder: string): string[];
}

/** Those of the tree that the program runs from. */
export function treeResources(
  root: string = fileURLToPath(new URL('..', import.meta.url)),
): Resources {
  return {
    read: (path) => readFileSync(join(root, path)),
    list(folder) {
      try {
        return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)))
          .sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
  };
}
