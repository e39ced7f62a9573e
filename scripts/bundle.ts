import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where `bundle` leaves the program: beside src/, so that it finds templates/ and node_modules/ as main.ts does. */
export const bundlePath = join(root, 'dist', 'cafeboot.mjs');

/** Where `bundleAgent` leaves the guest agent, which needs nothing beside it. */
export const agentBundlePath = join(root, 'dist', 'cafeboot-agent.mjs');

/**
 * CommonJS packages in an ES module ask for Node's own modules this way. Node warns of what is out of use,
 * save in packages, which these are no more.
 */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
process.noDeprecation = true;`;

/** How every bundle of ours is made. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  banner: { js: banner },
  // nunjucks asks for it on a Mac alone.
  external: ['fsevents'],
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * The program in one file, all but its SQLite addon: a thousand small files take a slow disk, and a server
 * VM's share of ours, half a minute to open. One that is up to date stays untouched, for whoever has it open.
 */
export const bundle = (): Promise<void> => bundleTo('main.ts', bundlePath);

/** The guest agent alone, in one file. */
export const bundleAgent = (): Promise<void> => bundleTo('agent-main.ts', agentBundlePath);

async function bundleTo(entry: string, path: string): Promise<void> {
  const { outputFiles } = await build({
    ...bundleOptions,
    entryPoints: [join(root, 'src', entry)],
    write: false,
    external: [...bundleOptions.external, 'better-sqlite3'],
  });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild made nothing');
  const former = await readFile(path, 'utf8').catch(() => '');
  if (file.text === former) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  await writeFile(part, file.text);
  await rename(part, path);
}
