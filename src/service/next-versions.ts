import type { ImageRow, VersionRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import { getImage, getPublished } from './image-lookup.ts';
import { imageKey, type Serialise } from './serialise.ts';
import type { Timeline } from './timeline.ts';
import { type MakingDeps, makeVersion } from './version-making.ts';

export interface NextVersionDeps extends MakingDeps {
  store: Store;
  timeline: Timeline;
  serialise: Serialise;
  now: () => number;
}

export type NextVersions = ReturnType<typeof createNextVersions>;

/** Versions of an image that do not come from its draft: a disk that was made elsewhere takes its place. */
export function createNextVersions(deps: NextVersionDeps) {
  const { store, timeline, serialise, now } = deps;

  /** From now on PCs boot it; the draft, if there is one, stays what it was. */
  function finish({ id, name }: ImageRow, { id: versionId, number, note, sizeBytes }: VersionRow) {
    return serialise(imageKey(id), async () => {
      store.transaction(() => {
        store.images.markReady(versionId);
        store.images.update(id, { publishedVersionId: versionId, sizeBytes });
      });
      timeline.record({ kind: 'image.published', data: { image: name, version: number, note } });
    });
  }

  return {
    /**
     * Records the next version of an image; what is returned makes its volume, has it filled, and publishes it,
     * and undoes everything where that fails. Throws `not_found`, and `image_not_ready` while the image's first
     * version is being made.
     */
    begin(name: string, sizeBytes: number, note: string) {
      const image = getImage(store, name);
      getPublished(store, image);
      // The time makes the name new: no volume is ever taken for another one of the same name.
      const volume = `img-${image.id}-i${now()}`;
      const fields = { imageId: image.id, note, volume, sizeBytes, createdAt: now() };
      const version = store.images.addVersion({ ...fields, state: 'making' });
      return (fill: (devicePath: string) => Promise<void>): Promise<void> =>
        makeVersion(deps, version, {
          fill,
          finish: () => finish(image, version),
          undo: () => store.images.removeVersion(version.id),
        });
    },
  };
}
