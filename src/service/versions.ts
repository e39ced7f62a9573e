import { CafebootError } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { DraftRow, ImageRow, VersionRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import { getImage, getPublished } from './images.ts';
import type { Serialise } from './serialise.ts';
import type { Timeline } from './timeline.ts';
import type { VolumeLife } from './volume-life.ts';

export interface VersionDeps {
  store: Store;
  volumes: VolumeStore;
  volumeLife: VolumeLife;
  isHeld: (versionId: number) => boolean;
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
    serialise(`image:${image.id}`, work);

  function getDraft(image: ImageRow): DraftRow {
    const draft = store.images.findDraft(image.id);
    if (!draft) throw new CafebootError('not_found', { kind: 'draft', name: image.name });
    return draft;
  }

  function getVersion(image: ImageRow, number: number): VersionRow {
    const version = store.images.versions(image.id).find((each) => each.number === number);
    if (version) return version;
    throw new CafebootError('not_found', { kind: 'version', name: `${image.name} v${number}` });
  }

  /** From the published version, where there is none yet. */
  async function makeDraft(image: ImageRow): Promise<DraftRow> {
    const draft = store.images.findDraft(image.id);
    if (draft) return draft;
    const { id: baseVersionId, volume: origin, sizeBytes } = getPublished(store, image);
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

  /** Throws `in_use` with who needs the version. */
  function refuseUsed(image: ImageRow, version: VersionRow): void {
    const refuse = (by: string) => {
      throw new CafebootError('version_in_use', { image: image.name, version: version.number, by });
    };
    if (image.publishedVersionId === version.id) refuse('published');
    if (deps.isHeld(version.id)) refuse('export');
    if (store.images.findDraft(image.id)?.baseVersionId === version.id) refuse('draft');
    const hosts = store.overlays.ofVersion(version.id).map(({ hostId }) => hostId);
    const names = [...new Set(hosts)].map((id) => store.hosts.find('id', id)?.name ?? '');
    if (names.length > 0) refuse(names.slice(0, 10).join(', '));
  }

  async function remove(image: ImageRow, version: VersionRow): Promise<void> {
    await volumeLife.discard([version.volume], () => store.images.removeVersion(version.id));
    const data = { image: image.name, version: version.number };
    timeline.record({ kind: 'image.version-removed', data });
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
        const { id, state, sizeBytes } = getVersion(image, number);
        if (state !== 'ready') throw new CafebootError('image_not_ready', { image: name });
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
        const draft = await makeDraft(image);
        if (sizeBytes <= draft.sizeBytes) {
          const context = { field: 'sizeBytes', value: sizeBytes, reason: `> ${draft.sizeBytes}` };
          throw new CafebootError('invalid_value', context);
        }
        await volumes.grow(draft.volume, sizeBytes);
        store.images.updateDraft(image.id, { sizeBytes });
        timeline.record({ kind: 'image.grown', data: { image: name, sizeBytes } });
      });
    },

    /** Throws `version_in_use` while it is published, the draft's base, or what a PC's disk stems from. */
    remove: (name: string, number: number): Promise<void> => {
      const image = getRow(name);
      return inTurn(image, async () => {
        const version = getVersion(image, number);
        refuseUsed(image, version);
        await remove(image, version);
      });
    },
  };
}
