import { codeOf, type ErrorCode } from '../errors.ts';
import type { Reconcile, ReconcileStep } from './reconcile.ts';

/** How putting disks in order went the last time. */
export interface LatestReconcile {
  steps: readonly ReconcileStep[];
  /** Why it could not even look; null where it could. */
  failure: ErrorCode | null;
}

/** The same work, of which the last outcome stays known. */
export function rememberReconcile(reconcile: Reconcile) {
  let latest: LatestReconcile = { steps: [], failure: null };
  return {
    latestReconcile: (): LatestReconcile => latest,
    reconcile: async ({ dryRun = false } = {}): Promise<ReconcileStep[]> => {
      try {
        const steps = await reconcile({ dryRun });
        if (!dryRun) latest = { steps, failure: null };
        return steps;
      } catch (error) {
        latest = { steps: [], failure: codeOf(error) };
        throw error;
      }
    },
  };
}
