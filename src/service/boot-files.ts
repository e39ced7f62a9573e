import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BootBuild, type BuildManifest, identifyBuild } from '../boot/boot-builds.ts';
import { bootFileNames } from '../boot/firmware.ts';

export interface BootFileDeps {
  /** Asked in order: the first that has a file serves it. */
  directories: readonly string[];
}

export type BootFiles = ReturnType<typeof createBootFiles>;

/** A boot file as it is served, for the administrator. */
export interface BootFileReport extends BootBuild {
  name: string;
  path: string;
  /** The file does not tell its version, so it is that of the one beside it. */
  versionFrom: string | null;
}

const refreshEveryMs = 30_000;

/** The iPXE binaries for PCs: which are there, and which build each one is. */
export function createBootFiles({ directories }: BootFileDeps) {
  let present: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;

  async function findDirectory(name: string): Promise<string | undefined> {
    for (const directory of directories) {
      const found = await stat(join(directory, name)).catch(() => undefined);
      if (found?.isFile()) return directory;
    }
    return undefined;
  }

  async function refresh(): Promise<void> {
    const found = await Promise.all(
      bootFileNames.map(async (name) => ((await findDirectory(name)) === undefined ? [] : [name])),
    );
    present = new Set(found.flat());
  }

  async function report(name: string): Promise<BootFileReport | undefined> {
    const directory = await findDirectory(name);
    if (directory === undefined) return undefined;
    const path = join(directory, name);
    const build = await readBuild(directory, name);
    if (build.version !== null) return { name, path, ...build, versionFrom: null };
    for (const neighbour of bootFileNames) {
      const other = await readBuild(directory, neighbour).catch(() => undefined);
      if (other?.version) return { name, path, ...other, own: build.own, versionFrom: neighbour };
    }
    return { name, path, ...build, versionFrom: null };
  }

  return {
    /** The names that can be served, as of half a minute ago at most. */
    present: (): ReadonlySet<string> => present,

    /** Looks for them now, and again and again until `close`. */
    async start(): Promise<void> {
      await refresh();
      timer = setInterval(() => void refresh(), refreshEveryMs).unref();
    },
    close: (): void => clearInterval(timer),

    /** What each boot file is, without those that are nowhere. */
    async describe(): Promise<BootFileReport[]> {
      const reports = await Promise.all(bootFileNames.map(report));
      return reports.filter((each) => each !== undefined);
    },
  };
}

/** Of a file that does not tell how old its iPXE is, the day it was made. */
async function readBuild(directory: string, name: string): Promise<BootBuild> {
  const path = join(directory, name);
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const build = identifyBuild(bytes, { name, sha256, manifest: await findManifest(directory) });
  const { mtime } = await stat(path);
  return { ...build, date: build.date ?? mtime.toISOString().slice(0, 10) };
}

/** What `make ipxe` left beside its files, if it did. */
async function findManifest(directory: string): Promise<BuildManifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, 'build.json'), 'utf8'));
    const { release, builtAt, sha256 } = manifest as BuildManifest;
    return typeof release === 'string' && typeof builtAt === 'string' && sha256
      ? { release, builtAt, sha256 }
      : undefined;
  } catch {
    return undefined;
  }
}
