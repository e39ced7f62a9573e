import { constants, homedir } from 'node:os';
import { basename, join } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { CafebootError } from './errors.ts';
import { openResources, type Resources } from './resources.ts';
import type { NativeBinding } from './store/database.ts';
import { chooseCacheDir, createUnpacker } from './unpack.ts';

/** What the program brings along, in the tree and in the single binary alike. */
export interface Shipped {
  resources: Resources;
  /** The directory of what `make ipxe` built; it may not be there. Throws `cache_unwritable`. */
  builtFilesDir(): string;
  /** SQLite's addon; undefined: the one of node_modules. Throws `cache_unwritable`, `cache_noexec`. */
  sqliteAddon(): NativeBinding | undefined;
}

export interface ShippedOptions {
  /** Where the single binary unpacks what must be a file; empty: where it is usual. */
  cacheDir: string;
  environment: Record<string, string | undefined>;
}

const builtFilesFolder = 'assets/boot';
/** Of the machine that the binary is made for (scripts/dist/shipped.ts). */
const addonPath = 'sqlite.node';

/** Nothing is unpacked before it is asked for. */
export function openShipped({ cacheDir, environment }: ShippedOptions): Shipped {
  const resources = openResources();
  if (!isSea()) {
    return {
      resources,
      builtFilesDir: () => fileURLToPath(new URL(`../${builtFilesFolder}`, import.meta.url)),
      sqliteAddon: () => undefined,
    };
  }
  const user = { uid: process.getuid?.() ?? -1, home: homedir() };
  const chosen = chooseCacheDir(cacheDir, environment, user);
  const unpacker = createUnpacker(chosen);
  return {
    resources,
    builtFilesDir() {
      const paths = resources.list(builtFilesFolder);
      if (paths.length === 0) return join(chosen, 'none');
      const files = paths.map((path) => [basename(path), resources.read(path)] as const);
      return unpacker.directory('boot', Object.fromEntries(files));
    },
    sqliteAddon: () => loadAddon(unpacker.file('sqlite.node', resources.read(addonPath))),
  };
}

function loadAddon(path: string): NativeBinding {
  const loaded: { exports: NativeBinding } = { exports: {} };
  try {
    process.dlopen(loaded, path, constants.dlopen.RTLD_LAZY);
  } catch (error) {
    // The loader's words for mmap(PROT_EXEC) on a file system that is mounted noexec.
    const isNoexec = error instanceof Error && error.message.includes('failed to map segment');
    throw isNoexec ? new CafebootError('cache_noexec', { path }, { cause: error }) : error;
  }
  return loaded.exports;
}
