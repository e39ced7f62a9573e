import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where `bundle` leaves the program: beside src/, so that it finds templates/ and node_modules/ as main.ts does. */
export const bundlePath = join(root, 'dist', 'cafeboot.mjs');

/** CommonJS packages in an ES module ask for Node's own modules this way. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/**
 * The program in one file, all but its SQLite addon: a thousand small files take a slow disk, and a server
 * VM's share of ours, half a minute to open. One that is up to date stays untouched, for whoever has it open.
 */
export async function bundle(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src', 'main.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    banner: { js: banner },
    // fsevents: nunjucks asks for it on a Mac alone.
    external: ['better-sqlite3', 'fsevents'],
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild made nothing');
  const former = await readFile(bundlePath, 'utf8').catch(() => '');
  if (file.text === former) return;
  await mkdir(dirname(bundlePath), { recursive: true });
  const part = `${bundlePath}.${process.pid}`;
  await writeFile(part, file.text);
  await rename(part, bundlePath);
}
