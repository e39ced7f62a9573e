import { basename } from 'node:path';
import { CafebootError } from '../errors.ts';
import { backUpDatabase, restoreDatabase } from './database-backup.ts';
import type { InstallerDeps } from './installer.ts';
import { layout } from './layout.ts';
import { describeMachine } from './machine.ts';
import { checkMachine } from './plan.ts';
import {
  askVersion,
  linkedProgram,
  linkProgram,
  removePrograms,
  stageProgram,
} from './programs.ts';
import { type Service, waitForVersion } from './service.ts';

/**
 * Exchanges the program for another build; returns false where it is that build already. The database is
 * copied first; where the new one does not answer before `timeoutMs` has passed, the former program and the
 * copy come back, and `upgrade_rolled_back` is thrown once that one answers, else `upgrade_left_down`. PCs keep their disks all along. Throws
 * `upgrade_bad_file` and `not_installed` with nothing changed.
 */
export async function upgrade(
  file: string,
  timeoutMs: number,
  deps: InstallerDeps & { service: Service },
): Promise<boolean> {
  const { run, database, service, tell, readStatus } = deps;
  checkMachine(await describeMachine(run));
  const former = await linkedProgram();
  const next = await stageProgram(run, file);
  if (next.path === former) return false;
  tell({ kind: 'stop', data: {} });
  await service.stop();
  const backup = await backUpDatabase(database, new Date()).catch(async (error: unknown) => {
    await service.start();
    throw error;
  });
  tell({ kind: 'backup', data: { path: backup } });
  try {
    await use(next.path);
    if (!(await answers(next.version))) {
      throw new CafebootError('install_not_ready', { reason: await service.lastLines() });
    }
  } catch (error) {
    await service.stop();
    await restoreDatabase(database, backup);
    await use(former);
    await removePrograms([former]);
    const context = { version: next.version, former: basename(former) };
    const code = (await answers(await askVersion(run, former)))
      ? 'upgrade_rolled_back'
      : 'upgrade_left_down';
    throw new CafebootError(code, context, { cause: error });
  }
  await removePrograms([former, next.path]);
  return true;

  function answers(version: string): Promise<boolean> {
    return waitForVersion({ readStatus, version, timeoutMs, restarts: service.restarts });
  }

  async function use(path: string): Promise<void> {
    tell({ kind: 'link', data: { path: layout.link, target: path } });
    await linkProgram(path);
    tell({ kind: 'start', data: {} });
    await service.start();
  }
}
