import { CafebootError } from '../errors.ts';
import { configfs } from './configfs.ts';
import { type LioOptions, startLio } from './lio.ts';
import { targetRoot } from './lio-names.ts';
import type { TargetServer } from './targets.ts';

/** No target exists: removing one is nothing to do, and exporting one is refused. */
const noTargets: TargetServer = {
  kind: 'tgt',
  firstLun: 1,
  ensure: async ({ name }) => {
    throw new CafebootError('target_unavailable', { detail: name });
  },
  compare: async () => 'missing',
  remove: async () => {},
  list: async () => [],
  sessions: async () => [],
  refusals: async () => [],
  close: async () => {},
};

/**
 * Stands where the server is not running: nothing is exported, which the server does again when it starts. The
 * kernel's targets outlive it, though, and so do the PCs that run from them: they are seen, and can be removed.
 */
export async function openOfflineTargets(
  options: Pick<LioOptions, 'run' | 'onSaveFailed'>,
): Promise<TargetServer> {
  if (!(await configfs.exists(`${targetRoot}/iscsi`))) return noTargets;
  const { list, remove, sessions, close } = await startLio({ ...options, portals: [] });
  return { ...noTargets, list, remove, sessions, close };
}
