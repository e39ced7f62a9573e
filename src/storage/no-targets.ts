import { CafebootError } from '../errors.ts';
import type { TargetServer } from './targets.ts';

/**
 * Stands where the server is not running: then no target exists, so removing one is nothing to do and
 * exporting one is refused. The server brings the wanted targets back when it starts.
 */
export const noTargets: TargetServer = {
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
