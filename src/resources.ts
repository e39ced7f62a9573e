import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { getAssetKeys, getRawAsset, isSea } from 'node:sea';
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

/** Those that the single binary has in itself, else those of the tree. */
export const openResources = (): Resources => (isSea() ? seaResources() : treeResources());

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

/** Those that `make dist` packed into the single binary (scripts/dist/shipped.ts). */
function seaResources(): Resources {
  return {
    // A copy: what it gives belongs to the program's own image, and must not be written to.
    read: (path) => Buffer.from(new Uint8Array(getRawAsset(path) as ArrayBuffer)),
    list: (folder) =>
      getAssetKeys()
        .filter((path) => path.startsWith(`${folder}/`))
        .sort(),
  };
}
