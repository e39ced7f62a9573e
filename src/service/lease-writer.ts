import type { Lease } from '../boot/lease.ts';
import { findStored, type StoredLease } from '../boot/lease-row.ts';
import type { Store } from '../store/store.ts';

export interface LeaseWriter {
  /** Resolves when they are on the disk; rejects where they could not be written. */
  write(leases: readonly Lease[]): Promise<void>;
  close(): void;
}

/**
 * What comes within this time shares one flush of the disk: a hall that is switched on at once must not
 * wait for a flush a PC, nor may flushes leave no time for anything else.
 */
const gatherMs = 5;

/** Writes leases in groups, in the order they came. */
export function createLeaseWriter(store: Store): LeaseWriter {
  let rows = new Map<string, StoredLease>();
  let waiting: PromiseWithResolvers<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    const done = waiting;
    const group = [...rows.values()];
    rows = new Map();
    waiting = undefined;
    try {
      store.leases.put(group);
      done?.resolve();
    } catch (error) {
      done?.reject(error);
    }
  }

  return {
    async write(leases) {
      const stored = leases.map(findStored).filter((each) => each !== undefined);
      if (stored.length === 0) return;
      for (const row of stored) rows.set(row.address, row);
      if (!waiting) {
        waiting = Promise.withResolvers();
        timer = setTimeout(flush, gatherMs);
      }
      await waiting.promise;
    },
    close: flush,
  };
}
