import { CafebootError } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { DraftRow, ImageRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import { getImage, getPublished, getVersion } from './image-lookup.ts';
import type { Overlays } from './overlays.ts';
import { imageKey, type Serialise } from './serialise.ts';
import type { Settings } from './setting-list.ts';
import type { Timeline } from './timeline.ts';
import { createVersionRemoval } from './version-removal.ts';
import type { VolumeLife } from './volume-life.ts';

export interface VersionDeps {
  store: Store;
  volumes: VolumeStore;
  volumeLife: VolumeLife;
  overlays: Overlays;
  isHeld: (versionId: number) => boolean;
  settings: () => Settings;
  /** Throws where nothing new may be put into the pool. */
  admit: () => Promise<void>;
  timeline: Timeline;
  serialise: Serialise;
  now: () => number;
}

export type Versions = ReturnType<typeof createVersions>;

/**
 * An image's versions and its draft. Whoever calls sees to it that no PC has a draft while it is published,
 * discarded or grown.
 */
export function createVersions(deps: VersionDeps) {
  const { store, volumes, volumeLife, timeline, serialise, now } = deps;

  const getRow = (name: string) => getImage(store, name);
  const inTurn = <Result>(image: ImageRow, work: () => Promise<Result>) =>
    serialise(imageKey(image.id), work);
  const removal = createVersionRemoval(deps);

  function getDraft(image: ImageRow): DraftRow {
    const draft = store.images.findDraft(image.id);
    if (!draft) throw new CafebootError('not_found', { kind: 'draft', name: image.name });
    return draft;
  }

  /** From the published version, where there is none yet. */
  async function makeDraft(image: ImageRow): Promise<DraftRow> {
    const draft = store.images.findDraft(image.id);
    if (draft) return draft;
    await deps.admit();
    // As it is by now: a version may have been published while this waited for its turn.
    const current = getRow(image.name);
    const { id: baseVersionId, volume: origin, sizeBytes } = getPublished(store, current);
    // The time makes the name new: no volume is ever taken for another one of the same name.
    const volume = `img-${image.id}-d${now()}`;
    const row = { imageId: image.id, baseVersionId, volume, sizeBytes, createdAt: now() };
    return volumeLife.make(
      volume,
      () => volumes.snapshot(origin, volume),
      () => {
        store.images.addDraft(row);
        return row;
      },
    );
  }

  /** The draft becomes the next version, its volume with it: nothing has to be done in the storage. */
  function promote(image: ImageRow, draft: DraftRow, note: string): number {
    const { imageId, volume, sizeBytes } = draft;
    return store.transaction(() => {
      const row = { imageId, note, volume, sizeBytes, createdAt: now() };
      const version = store.images.addVersion({ ...row, state: 'ready' });
      store.images.removeDraft(imageId);
      store.images.update(image.id, { publishedVersionId: version.id, sizeBytes });
      return version.number;
    });
  }

  return {
    ensureDraft: (image: ImageRow): Promise<DraftRow> => inTurn(image, () => makeDraft(image)),

    /** What the next boot of everybody gets from now on. Throws `not_found` where there is no draft. */
    publish: (name: string, note: string): Promise<void> => {
      const image = getRow(name);
      return inTurn(image, async () => {
        const version = promote(image, getDraft(image), note);
        timeline.record({ kind: 'image.published', data: { image: name, version, note } });
      });
    },

    /** The next boot gets an older version, or a newer one again. */
    rollBack: (name: string, number: number): Promise<void> => {
      const image = getRow(name);
      return inTurn(image, async () => {
        const { id, sizeBytes } = getVersion(store, image, number);
        store.images.update(image.id, { publishedVersionId: id, sizeBytes });
        timeline.record({ kind: 'image.rolled-back', data: { image: name, version: number } });
      });
    },

    discardDraft: (name: string): Promise<void> => {
      const image = getRow(name);
      return inTurn(image, async () => {
        const { volume } = getDraft(image);
        await volumeLife.discard([volume], () => store.images.removeDraft(image.id));
        timeline.record({ kind: 'image.draft-discarded', data: { image: name } });
      });
    },

    /** The draft gets larger, and with it what is published next; never smaller. */
    grow: (name: string, sizeBytes: number): Promise<void> => {
      const image = getRow(name);
      return inTurn(image, async () => {
        await deps.admit();
        const draft = await makeDraft(image);
        if (sizeBytes <= draft.sizeBytes) {
          const { sizeBytes: currentBytes } = draft;
          throw new CafebootError('size_not_larger', { field: 'sizeBytes', currentBytes });
        }
        await volumes.grow(draft.volume, sizeBytes);
        store.images.updateDraft(image.id, { sizeBytes });
        timeline.record({ kind: 'image.grown', data: { image: name, sizeBytes } });
      });
    },

    /** Throws `version_in_use` while it is published, the draft's base, or what a PC's disk stems from. */
    remove: (name: string, number: number) => removal.remove(getRow(name), number),
    removeUnused: removal.removeUnused,
    removeOldestUnused: removal.removeOldestUnused,
  };
}
