import type { Session } from '../storage/targets.ts';
import type { HostRow } from '../store/hosts.ts';
import { isUsed, type OverlayRow } from '../store/overlays.ts';
import type { Store } from '../store/store.ts';
import type { Disks } from './disks.ts';

export interface OverlayReliefDeps {
  store: Store;
  sessions: () => Promise<Session[]>;
  dropIdle: Disks['dropIdle'];
  now: () => number;
}

export type OverlayRelief = ReturnType<typeof createOverlayRelief>;

/**
 * A PC without a session for so long is off. Shorter, it may be between its boot script and its OS's login,
 * or behind a switch that restarts, and would lose the disk that it runs from.
 */
export const offAfterMs = 600_000;

/** Gives back what PCs wrote that are off and keep nothing anyway: at their next boot they begin anew. */
export function createOverlayRelief({ store, sessions, dropIdle, now }: OverlayReliefDeps) {
  const startedAt = now();
  /** By target. */
  const lastSeenAt = new Map<string, number>();

  /** To be called now and then, so that it is known who has been off for how long. */
  async function note(): Promise<void> {
    const at = now();
    for (const { target } of await sessions()) lastSeenAt.set(target, at);
    for (const [target, seenAt] of lastSeenAt) {
      if (at - seenAt > offAfterMs) lastSeenAt.delete(target);
    }
  }

  const isOff = (row: OverlayRow): boolean => {
    const atLeastSince = Math.max(startedAt, row.usedAt ?? 0);
    return !lastSeenAt.has(row.target ?? '') && now() - atLeastSince > offAfterMs;
  };

  /** What may go of a host now; nothing where it keeps any disk, or is not surely off. */
  function idleRows(hostId: number): OverlayRow[] {
    if (store.hosts.find('id', hostId)?.overlay !== 'discard') return [];
    const rows = store.overlays.ofHost(hostId).filter(isUsed);
    return rows.every((row) => row.policy === 'discard' && isOff(row)) ? rows : [];
  }

  const lastUse = ({ id }: HostRow) =>
    Math.max(...store.overlays.ofHost(id).map(({ usedAt }) => usedAt ?? 0));

  return {
    note,

    /** Of at most so many PCs, those that are off the longest first; tells whose went. */
    async free(limit: number): Promise<HostRow[]> {
      await note();
      const idle = store.hosts
        .list()
        .filter(({ id }) => idleRows(id).length > 0)
        .sort((a, b) => lastUse(a) - lastUse(b))
        .slice(0, limit);
      const freed = await Promise.all(
        idle.map(async (host) => {
          // In the host's turn it is looked at once more: it may have booted meanwhile.
          const went = await dropIdle(host, async () => {
            await note();
            return idleRows(host.id);
          });
          return went ? host : undefined;
        }),
      );
      return freed.filter((host) => host !== undefined);
    },
  };
}
