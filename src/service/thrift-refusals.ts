import { toAddressList } from './address-list.ts';
import type { TimelineEvent } from './timeline.ts';

/** Somebody who called the Thrift service and may not. */
export interface RefusedCaller {
  address: string;
  /** How often that was told; a caller is told once a minute, however often it calls. */
  count: number;
  /** Epoch milliseconds. */
  lastAt: number;
}

/** Of `thrift.refused` events, those who still may not; the last one first. */
export function findRefusedCallers(
  events: readonly TimelineEvent[],
  allowed: readonly string[],
): RefusedCaller[] {
  const list = toAddressList(allowed);
  const byAddress = Map.groupBy(events, ({ data }) => String(data.address ?? ''));
  return [...byAddress]
    .filter(([address]) => address !== '' && !list.check(address))
    .map(([address, refused]) => ({
      address,
      count: refused.length,
      lastAt: Math.max(...refused.map(({ at }) => at)),
    }))
    .sort((a, b) => b.lastAt - a.lastAt);
}
