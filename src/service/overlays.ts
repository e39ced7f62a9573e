import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { ImageRow } from '../store/images.ts';
import type { OverlayRow } from '../store/overlays.ts';
import type { Store } from '../store/store.ts';
import { imageIdsOf } from './entries.ts';
import { getPublished } from './images.ts';

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
      used: rows.find(({ usedAt }) => usedAt !== null),
      fresh: rows.find(({ usedAt }) => usedAt === null),
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
     * Takes the overlays for a boot that starts now, in LUN order: the kept ones, else fresh ones.
     * `replaced` are those of the boot before; they go once no target refers to them.
     */
    async take(host: HostRow, entry: EntryRow) {
      const taken: OverlayRow[] = [];
      const replaced: OverlayRow[] = [];
      for (const image of imagesOf(entry)) {
        const { used } = findOf(host, entry, image);
        if (keepsUsed(host, used)) {
          taken.push(used);
          continue;
        }
        taken.push(await ensureFresh(host, entry, image));
        if (used) replaced.push(used);
      }
      store.transaction(() => {
        // The unique index allows one used overlay: the old row goes, its volume follows below.
        for (const { id } of replaced) store.overlays.remove(id);
        const fresh = taken.filter(({ usedAt }) => usedAt === null).map(({ id }) => id);
        store.overlays.markUsed(fresh, now());
      });
      return { taken, replaced };
    },

    /** Removes the volumes of overlays whose rows are gone already, or both. */
    async discard(overlays: OverlayRow[]): Promise<void> {
      for (const overlay of overlays) await drop(overlay);
    },

    ofHost: store.overlays.ofHost,
    ofEntry: store.overlays.ofEntry,

    /**
     * After a crash: volumes named as overlays that no row knows go, and rows whose volume is gone.
     * Nothing else is ever touched here; an image's volume least of all.
     */
    async removeStray(): Promise<void> {
      const volumeNames = (await volumes.list()).map(({ name }) => name);
      const rows = store.overlays.list();
      const known = new Set(rows.map(({ volume }) => volume));
      for (const name of volumeNames) {
        if (/^ov-\d+$/.test(name) && !known.has(name)) await volumes.remove(name);
      }
      const present = new Set(volumeNames);
      for (const row of rows) {
        if (!present.has(row.volume)) store.overlays.remove(row.id);
      }
    },
  };
}
