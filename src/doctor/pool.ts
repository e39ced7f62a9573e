import type { PoolState } from '../service/pool-state.ts';
import type { PoolStatus } from '../service/pool-status.ts';
import type { Check, Finding, FindingCode, Verdict } from './check.ts';

const verdicts: Record<PoolState, { verdict: Verdict; code: FindingCode }> = {
  ok: { verdict: 'ok', code: 'pool-good' },
  warn: { verdict: 'warn', code: 'pool-filling' },
  freeing: { verdict: 'warn', code: 'pool-filling' },
  refusing: { verdict: 'fail', code: 'pool-full' },
  full: { verdict: 'fail', code: 'pool-full' },
  'read-only': { verdict: 'fail', code: 'pool-full' },
  failed: { verdict: 'fail', code: 'pool-broken' },
};

/** Whether the pool opens, is sound, and has room: data, and metadata where it has that. */
export const pool: Check = {
  name: 'pool',
  async run({ pool: status, storageFault }) {
    if (!status) {
      return [{ verdict: 'fail', code: 'storage-closed', data: { reason: storageFault ?? '?' } }];
    }
    return [judgePool(status)];
  },
};

export function judgePool({ state, data, metadata }: PoolStatus): Finding {
  const days = [data.fullInDays, metadata?.fullInDays ?? null].filter((each) => each !== null);
  return {
    ...verdicts[state],
    data: {
      data: data.percent,
      metadata: metadata?.percent ?? '-',
      days: days.length > 0 ? Math.round(Math.min(...days)) : '-',
    },
  };
}
