import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { InstallerDeps } from './installer.ts';
import { layout } from './layout.ts';
import { describeMachine, exists, text } from './machine.ts';
import { checkMachine } from './plan.ts';
import type { Service } from './service.ts';

/**
 * Takes the service and the program away, and tells what stays: data, a configuration that somebody has
 * changed, packages. Where `purge` names the data directory, it goes too. Throws `wrong_purge` with nothing
 * changed where it names another.
 */
export async function uninstall(
  purge: string | undefined,
  deps: InstallerDeps & { service: Service },
): Promise<void> {
  const { run, dataDir, exampleConfig, service, tell } = deps;
  const machine = await describeMachine(run);
  checkMachine(machine);
  if (purge !== undefined && purge !== dataDir) {
    throw new CafebootError('wrong_purge', { path: dataDir });
  }
  if (machine.unit !== undefined) {
    tell({ kind: 'stop', data: {} });
    await service.disable();
  }
  const isChanged = (await text(layout.config)) !== exampleConfig;
  const gone: string[] = [layout.unit, layout.link, layout.programs, layout.cache];
  if (!isChanged || purge !== undefined) gone.push(layout.config);
  for (const path of gone) await remove(path);
  await service.reload();
  await rmdir(dirname(layout.config)).catch(() => undefined);
  if (purge !== undefined) await removeData();
  for (const path of [dataDir, layout.config]) {
    if (await exists(path)) tell({ kind: 'stays', data: { path } });
  }

  async function remove(path: string): Promise<void> {
    if (!(await exists(path))) return;
    tell({ kind: 'remove', data: { path } });
    await rm(path, { recursive: true, force: true });
  }

  /** The pool's file system is mounted below it; one that PCs still read from stays, and all with it. */
  async function removeData(): Promise<void> {
    const { stdout } = await run('findmnt', ['--raw', '--noheadings', '--output', 'TARGET']);
    const below = stdout.split('\n').filter((path) => path.startsWith(`${dataDir}/`));
    for (const path of below.reverse()) await run('umount', [path]);
    await remove(dataDir);
  }
}
