import type { Store } from '../store/store.ts';
import { imageIdsOf } from './entries.ts';
import { getImage } from './image-lookup.ts';

/** Who has an image: by the menu, and by disks of theirs that stem from it. */
export interface ImageUsers {
  /** Names of boot entries. */
  entries: string[];
  /** Names of PCs, by name. */
  hosts: string[];
}

/** Of one image. Throws `not_found`. */
export const createImageUsers =
  ({ store }: { store: Store }) =>
  (name: string): ImageUsers => {
    const { id } = getImage(store, name);
    const entries = store.entries.list().filter((entry) => imageIdsOf(entry).includes(id));
    const used = store.overlays
      .list()
      .filter(({ imageId, usedAt }) => imageId === id && usedAt !== null);
    const hostIds = [...new Set(used.map(({ hostId }) => hostId))];
    const hosts = hostIds.flatMap((hostId) => store.hosts.find('id', hostId)?.name ?? []);
    return { entries: entries.map((entry) => entry.name), hosts: hosts.sort() };
  };
