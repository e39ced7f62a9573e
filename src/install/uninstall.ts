import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { InstallerDeps } from './installer.ts';
import { layout } from './layout.ts';
import { describeMachine, exists, text } from './machine.ts';
import { checkMachine, type Step } from './plan.ts';
import type { Service } from './service.ts';

/** What of the server is outside its service and its files. */
export interface Cafe {
  /** PCs that have a disk now, by name. */
  readRunning(): Promise<string[]>;
  /** Volume group and thin pool of the PCs' disks; undefined where those are files. Only where no server runs. */
  readPool(): Promise<{ group: string; pool: string } | undefined>;
  /**
   * Takes the targets away that outlive the service, and gives lvm its disks back; returns how many targets
   * there were. Only where no server runs.
   */
  release(): Promise<number>;
}

export interface UninstallOptions {
  /** The data directory, to be sure; undefined: the data stays. */
  purge: string | undefined;
  /** Asked where it matters to people; rejects where they do not agree. */
  confirm: (steps: readonly Step[]) => Promise<void>;
}

/**
 * Takes the service, the PCs' targets and the program away, and tells what stays: data, a configuration that
 * somebody has changed, packages. Where `purge` names the data directory, it goes too. PCs that have a disk
 * are named, and nothing is changed before somebody agrees. Throws `wrong_purge` with nothing changed where
 * `purge` names another directory.
 */
export async function uninstall(
  { purge, confirm }: UninstallOptions,
  deps: InstallerDeps & { service: Service },
): Promise<void> {
  const { run, dataDir, exampleConfig, cafe, service, tell } = deps;
  const machine = await describeMachine(run);
  checkMachine(machine);
  if (purge !== undefined && purge !== dataDir) {
    throw new CafebootError('wrong_purge', { path: dataDir });
  }
  const running = await cafe.readRunning();
  if (running.length > 0) await confirm([runningStep(running)]);
  if (machine.unit !== undefined) {
    tell({ kind: 'retire', data: {} });
    await service.disable();
  }
  const pool = await cafe.readPool();
  const count = await cafe.release();
  if (count > 0) tell({ kind: 'targets', data: { count: String(count) } });
  await unmountPool();
  const isChanged = (await text(layout.config)) !== exampleConfig;
  const gone: string[] = [layout.unit, layout.link, layout.programs, layout.cache];
  if (!isChanged || purge !== undefined) gone.push(layout.config);
  for (const path of gone) await remove(path);
  await service.reload();
  await rmdir(dirname(layout.config)).catch(() => undefined);
  if (purge !== undefined) await remove(dataDir);
  for (const path of [dataDir, layout.config]) {
    if (await exists(path)) tell({ kind: 'stays', data: { path } });
  }
  if (pool) tell({ kind: 'group-stays', data: pool });

  async function remove(path: string): Promise<void> {
    if (!(await exists(path))) return;
    tell({ kind: 'remove', data: { path } });
    await rm(path, { recursive: true, force: true });
  }

  /** The pool that we have mounted; where all goes, whatever is mounted there: what PCs still use stays, and all with it. */
  async function unmountPool(): Promise<void> {
    const { stdout } = await run('findmnt', ['--raw', '--noheadings', '--output', 'TARGET']);
    const below = stdout.split('\n').filter((path) => path.startsWith(`${dataDir}/`));
    const isOurs = await exists(join(dataDir, 'pool.img'));
    for (const path of below.reverse()) {
      const isPool = isOurs && path === join(dataDir, 'pool');
      if (isPool || purge !== undefined) await run('umount', [path]);
    }
  }
}

/** As many as fit a screen by name. */
const namedPcs = 20;

function runningStep(names: readonly string[]): Step {
  const rest = names.length > namedPcs ? ' …' : '';
  const data = {
    count: String(names.length),
    names: names.slice(0, namedPcs).join(', ') + rest,
  };
  return { kind: 'running', data };
}
