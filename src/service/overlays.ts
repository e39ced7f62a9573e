import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { ImageRow } from '../store/images.ts';
import { isExported, isUsed, type OverlayRow, type TargetUse } from '../store/overlays.ts';
import type { Store } from '../store/store.ts';
import { imageIdsOf } from './entries.ts';
import { getPublished } from './image-lookup.ts';

export interface OverlayDeps {
  store: Store;
  volumes: VolumeStore;
  log: Logger;
  now: () => number;
}

export type Overlays = ReturnType<typeof createOverlays>;

/**
 * Each host's writable snapshots. For every host, entry and image there is at most one `used`
 * overlay, which a boot was given, and one `fresh` overlay, made ahead of time beside it, so that a
 * boot script does not wait and a running PC is never touched by what is prepared for its next boot.
 * Callers serialise work per host.
 */
export function createOverlays({ store, volumes, log, now }: OverlayDeps) {
  async function make(host: HostRow, entry: EntryRow, image: ImageRow): Promise<OverlayRow> {
    const version = getPublished(store, image);
    // The row first: a volume without a row is removed at start, a row without a volume is not.
    const overlay = store.overlays.add({
      hostId: host.id,
      entryId: entry.id,
      imageId: image.id,
      versionId: version.id,
      policy: host.overlay,
      createdAt: now(),
    });
    try {
      await volumes.snapshot(version.volume, overlay.volume);
    } catch (error) {
      store.overlays.remove(overlay.id);
      throw error;
    }
    return overlay;
  }

  async function drop(overlay: OverlayRow): Promise<void> {
    store.overlays.remove(overlay.id);
    await volumes.remove(overlay.volume).catch((error: unknown) => {
      log.warn({ err: error, volume: overlay.volume }, 'overlay volume is left for the next start');
    });
  }

  const imagesOf = (entry: EntryRow): ImageRow[] =>
    imageIdsOf(entry).map((id) => {
      const image = store.images.find({ id });
      if (!image) throw new CafebootError('not_found', { kind: 'image', name: id });
      return image;
    });

  function findOf(host: HostRow, entry: EntryRow, image: ImageRow) {
    const rows = store.overlays.of(host.id, entry.id).filter(({ imageId }) => imageId === image.id);
    return {
      used: rows.find(isUsed),
      fresh: rows.find((row) => !isUsed(row)),
    };
  }

  /** A fresh overlay of the published version; one of an older version gives way. */
  async function ensureFresh(host: HostRow, entry: EntryRow, image: ImageRow) {
    const { fresh } = findOf(host, entry, image);
    if (fresh && fresh.versionId === getPublished(store, image).id) return fresh;
    if (fresh) await drop(fresh);
    return make(host, entry, image);
  }

  const keepsUsed = (host: HostRow, used: OverlayRow | undefined): used is OverlayRow =>
    host.overlay === 'keep' && used !== undefined;

  /** Those of images that the entry has no more. */
  function orphansOf(rows: OverlayRow[], entry: EntryRow): OverlayRow[] {
    const imageIds = imageIdsOf(entry);
    return rows.filter(({ imageId }) => !imageIds.includes(imageId));
  }

  return {
    imagesOf,

    /** Makes ahead what the host's next boot of this entry will need; a no-op where it is there. */
    async prepare(host: HostRow, entry: EntryRow): Promise<void> {
      for (const image of imagesOf(entry)) {
        const { used } = findOf(host, entry, image);
        if (!keepsUsed(host, used)) await ensureFresh(host, entry, image);
      }
    },

    /**
     * Takes the overlays for a boot that starts now, in LUN order: the kept ones, else fresh ones; from
     * now on they belong to `target`. `replaced` are those that this PC needs no more, whose rows are
     * gone already, and `staleTargets` others that exported any of them all until now.
     */
    async take(host: HostRow, entry: EntryRow, { target, chapSecret }: Omit<TargetUse, 'usedAt'>) {
      const chosen: OverlayRow[] = [];
      const replaced = orphansOf(store.overlays.of(host.id, entry.id), entry);
      for (const image of imagesOf(entry)) {
        const { used } = findOf(host, entry, image);
        if (keepsUsed(host, used)) {
          chosen.push(used);
          continue;
        }
        chosen.push(await ensureFresh(host, entry, image));
        if (used) replaced.push(used);
      }
      const before = [...chosen, ...replaced].filter(isExported).map((overlay) => overlay.target);
      const taken = store.transaction(() => {
        // The unique index allows one used overlay: the old row goes, its volume follows later.
        for (const { id } of replaced) store.overlays.remove(id);
        return store.overlays.markUsed(chosen, { target, chapSecret, usedAt: now() });
      });
      const staleTargets = [...new Set(before)].filter((name) => name !== target);
      return { taken, replaced, staleTargets };
    },

    /** Removes the volumes of overlays whose rows are gone already, or both. */
    async discard(overlays: OverlayRow[]): Promise<void> {
      for (const overlay of overlays) await drop(overlay);
    },

    ofHost: store.overlays.ofHost,
    ofEntry: store.overlays.ofEntry,
    orphans: (entry: EntryRow): OverlayRow[] => orphansOf(store.overlays.ofEntry(entry.id), entry),
  };
}
