import type { Logger } from 'pino';
import type { Platform } from '../boot/archs.ts';
import type { BootWay } from '../boot/firmware.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import { createLateWrite } from './late-write.ts';

/** A way to start and how it went so far. */
export interface KnownWay extends BootWay {
  worked: boolean;
  /** In a row. */
  failures: number;
}

/** By platform: a PC can be switched between BIOS and UEFI. */
export type KnownWays = Map<Platform, KnownWay>;

const flushAfterMs = 1_000;

/** The store of what PCs start with: read when a PC is met, written in batches. */
export function createKnownWays(
  store: Store,
  findHost: (mac: string) => HostRow | undefined,
  log: Logger,
) {
  let changed = new Map<string, KnownWays>();
  const written = createLateWrite(log, {
    ...{ what: 'how PCs start', afterMs: flushAfterMs },
    write: flush,
  });

  function flush(): void {
    const rows = [...changed].flatMap(([mac, ways]) => {
      const host = findHost(mac);
      return host ? rowsOf(host.id, ways) : [];
    });
    changed = new Map();
    if (rows.length > 0) store.bootWays.set(rows);
  }

  return {
    load(host: HostRow | undefined, platform: Platform): KnownWay | undefined {
      if (!host) return undefined;
      const row = store.bootWays.ofHost(host.id).find((each) => each.platform === platform);
      return row && { file: row.file, offer: row.offer, worked: row.worked, failures: 0 };
    },
    /** Written soon, if the PC is in the list by then. */
    keep(mac: string, ways: KnownWays): void {
      changed.set(mac, ways);
      written.soon();
    },
    forget({ id, mac }: { id: number; mac: string }): void {
      changed.delete(mac);
      store.bootWays.forget(id);
    },
    close: written.now,
  };
}

function rowsOf(hostId: number, ways: KnownWays) {
  return [...ways].map(([platform, { file, offer, worked }]) => ({
    hostId,
    platform,
    file,
    offer,
    worked,
  }));
}
