import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { UnknownHost } from '../store/unknown-hosts.ts';
import { createLateWrite } from './late-write.ts';
import type { Timeline } from './timeline.ts';

export interface UnknownHostDeps {
  store: Store;
  timeline: Timeline;
  log: Logger;
  now: () => number;
}

export type UnknownHosts = ReturnType<typeof createUnknownHosts>;

const flushAfterMs = 1_000;
/** In one second no cafe has more new PCs; the rest of a flood is not worth remembering. */
const batchLimit = 500;

/** PCs that asked to boot and are in no list, written in batches. */
export function createUnknownHosts({ store, timeline, log, now }: UnknownHostDeps) {
  const known = new Set(store.unknownHosts.list().map(({ mac }) => mac));
  let batch = new Map<string, UnknownHost>();
  const written = createLateWrite(log, {
    ...{ what: 'unknown PCs', afterMs: flushAfterMs },
    write: flush,
  });

  function flush(): void {
    const hosts = [...batch.values()];
    batch = new Map();
    if (hosts.length > 0) store.unknownHosts.record(hosts);
  }

  return {
    saw(mac: string, arch: number, vendorClass: string): void {
      if (batch.size >= batchLimit && !batch.has(mac)) return;
      const firstSeenAt = batch.get(mac)?.firstSeenAt ?? now();
      batch.set(mac, { mac, arch, vendorClass, firstSeenAt, lastSeenAt: now() });
      written.soon();
      if (known.has(mac) || known.size >= batchLimit) return;
      known.add(mac);
      timeline.record({ kind: 'host.unknown', level: 'warn', mac, data: { arch, vendorClass } });
    },
    list(): UnknownHost[] {
      written.now();
      return store.unknownHosts.list();
    },
    remove(mac: string): void {
      batch.delete(mac);
      known.delete(mac);
      store.unknownHosts.remove(mac);
    },
    close: written.now,
  };
}
