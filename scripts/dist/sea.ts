import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import packageJson from '../../package.json' with { type: 'json' };
import type { BuildInfo } from '../../src/build-info.ts';
import { bundleOptions } from '../bundle.ts';
import { run } from '../lab/run.ts';
import { dropLibatomic } from './libatomic.ts';
import { nodeFor, type Platform } from './platforms.ts';

/** A program in one file, Node included. */
export interface SeaOptions {
  /** The project's directory. */
  root: string;
  platform: Platform;
  bundled: Bundled;
  /** Files of the disk by the names that the program reads them by. */
  files?: Record<string, string>;
  /** The same with what is in them. */
  texts?: Record<string, string>;
  output: string;
}

/** A program's JavaScript in one text, and what it is made of. */
export interface Bundled {
  text: string;
  metafile: Metafile;
}

/** The same heap as `npm run cafeboot` has. */
const execArgv = packageJson.scripts.cafeboot.split(' ').filter((word) => word.startsWith('--'));
const buildTimeoutMs = 2 * 60_000;

/** Bundles `src/<entry>`: the same text wherever `root` is. */
export async function bundleProgram(
  root: string,
  entry: string,
  buildInfo: BuildInfo,
): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: [`src/${entry}`],
    define: { CAFEBOOT_BUILD: JSON.stringify(buildInfo) },
    // Paths of packages are told as they are below `root`, even where node_modules is a link.
    preserveSymlinks: true,
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild made nothing');
  return { text: file.text, metafile };
}

/** Makes the binary. Same input, same bytes. */
export async function buildSea(options: SeaOptions): Promise<void> {
  const { root, platform, bundled, files = {}, texts = {}, output } = options;
  const executable = await nodeFor(platform, root);
  const dir = await mkdtemp(join(tmpdir(), 'cafeboot-sea-'));
  try {
    await writeFile(join(dir, 'main.mjs'), bundled.text);
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), text);
    }
    const config = {
      // Relative: it is told in the binary.
      main: 'main.mjs',
      mainFormat: 'module',
      output: 'program',
      executable,
      disableExperimentalSEAWarning: true,
      // It would be for this machine alone, and saves a tenth of the start.
      useCodeCache: false,
      execArgv,
      execArgvExtension: 'none',
      assets: { ...files, ...Object.fromEntries(Object.keys(texts).map((name) => [name, name])) },
    };
    await writeFile(join(dir, 'sea.json'), JSON.stringify(config));
    await run([process.execPath, '--build-sea', 'sea.json'], {
      cwd: dir,
      timeoutMs: buildTimeoutMs,
    });
    await mkdir(dirname(output), { recursive: true });
    const program = await readFile(join(dir, 'program'));
    if (platform === 'linux-x64') dropLibatomic(program);
    await writeFile(`${output}.part`, program, { mode: 0o755 });
    await rename(`${output}.part`, output);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
