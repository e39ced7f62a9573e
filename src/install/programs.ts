import { chmod, copyFile, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { Run } from '../storage/exec.ts';
import { layout, type ProgramVersion, parseVersion, programPath } from './layout.ts';

/** Copies a program to where builds are kept, whole or not at all. */
export async function placeProgram(from: string, path: string): Promise<void> {
  await mkdir(layout.programs, { recursive: true, mode: 0o755 });
  const part = `${path}.${process.pid}.part`;
  try {
    await copyFile(from, part);
    await chmod(part, 0o755);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

/** Makes the link name another build; whoever starts it meanwhile gets the one or the other. */
export async function linkProgram(path: string): Promise<void> {
  await mkdir(dirname(layout.link), { recursive: true });
  const part = `${layout.link}.${process.pid}.part`;
  await rm(part, { force: true });
  await symlink(path, part);
  await rename(part, layout.link);
}

/** The build that is in use. Throws `not_installed`. */
export async function linkedProgram(): Promise<string> {
  const path = await readlink(layout.link).catch(() => undefined);
  if (path === undefined || dirname(path) !== layout.programs) {
    throw new CafebootError('not_installed', { path: layout.link });
  }
  return path;
}

async function askBuild(run: Run, path: string): Promise<ProgramVersion> {
  const { stdout } = await run(path, ['--version']);
  const build = parseVersion(stdout);
  if (build === undefined) throw new Error('it is another program');
  return build;
}

/** Which version a build is, by its own words. */
export const askVersion = async (run: Run, path: string): Promise<string> =>
  (await askBuild(run, path)).version;

/**
 * Copies a downloaded program to the other builds and asks it who it is. Throws `upgrade_bad_file` for one
 * that does not run here or is another program; nothing is left of it then.
 */
export async function stageProgram(
  run: Run,
  file: string,
): Promise<ProgramVersion & { path: string }> {
  const staged = join(layout.programs, `.new-${process.pid}`);
  try {
    await placeProgram(file, staged);
    const build = await askBuild(run, staged);
    const path = programPath(build);
    await rename(staged, path);
    return { ...build, path };
  } catch (error) {
    throw new CafebootError('upgrade_bad_file', { file }, { cause: error });
  } finally {
    await rm(staged, { force: true });
  }
}

/** Builds that are no longer of use go; those of `kept` stay. */
export async function removePrograms(kept: readonly string[]): Promise<void> {
  for (const name of await readdir(layout.programs).catch(() => [])) {
    if (!kept.some((path) => basename(path) === name)) await rm(join(layout.programs, name));
  }
}
