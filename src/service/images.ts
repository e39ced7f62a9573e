import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { ImageRow, VersionRow } from '../store/images.ts';
import type { ImageKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { parseSlug } from './fields.ts';
import { getImage } from './image-lookup.ts';
import { imageKey, type Serialise } from './serialise.ts';
import type { Timeline } from './timeline.ts';
import { giveUpVersion, type MakingSteps, makeVersion } from './version-making.ts';
import type { VolumeLife } from './volume-life.ts';

/** An image as people see it. Sizes in bytes, times in epoch milliseconds. */
export interface Image {
  name: string;
  kind: ImageKind;
  description: string;
  sizeBytes: number;
  /** Number of the version that the next boot gets; null while the first one is being made. */
  published: number | null;
  versions: {
    number: number;
    note: string;
    /** What it is called in the pool. */
    volume: string;
    sizeBytes: number;
    createdAt: number;
    ready: boolean;
  }[];
  draft: { base: number; volume: string; sizeBytes: number; createdAt: number } | null;
}

export interface NewImage {
  name: string;
  kind: ImageKind;
  description?: string;
}

export interface ImageDeps {
  store: Store;
  volumes: VolumeStore;
  timeline: Timeline;
  serialise: Serialise;
  volumeLife: VolumeLife;
  /** Throws where nothing new may be put into the pool. */
  admit: () => Promise<void>;
  log: Logger;
  now: () => number;
}

export type Images = ReturnType<typeof createImages>;

/** Golden disks and their versions. A version's volume is never written once it is ready. */
export function createImages(deps: ImageDeps) {
  const { store, volumes, timeline, serialise, volumeLife, now } = deps;

  const holds = new Set<{ versionId: number }>();
  const isHeld = (versionId: number) => [...holds].some((hold) => hold.versionId === versionId);

  const getRow = (name: string) => getImage(store, name);

  function present(image: ImageRow): Image {
    const versions = store.images.versions(image.id);
    const draft = store.images.findDraft(image.id);
    const numberOf = (id: number) => versions.find((version) => version.id === id)?.number ?? null;
    return {
      name: image.name,
      kind: image.kind,
      description: image.description,
      sizeBytes: image.sizeBytes,
      published: image.publishedVersionId && numberOf(image.publishedVersionId),
      versions: versions.map(({ number, note, volume, sizeBytes, createdAt, state }) => ({
        number,
        note,
        volume,
        sizeBytes,
        createdAt,
        ready: state === 'ready',
      })),
      draft: draft
        ? {
            base: numberOf(draft.baseVersionId) ?? 0,
            volume: draft.volume,
            sizeBytes: draft.sizeBytes,
            createdAt: draft.createdAt,
          }
        : null,
    };
  }

  /** Records image and first version before the volume exists, so that a crash leaves no stray volume. */
  async function addRecord(
    { name, kind, description = '' }: NewImage,
    sizeBytes: number,
  ): Promise<VersionRow> {
    parseSlug('name', name);
    const taken = new Set((await volumes.list()).map((volume) => volume.name));
    return store.transaction(() => {
      const createdAt = now();
      const imageId = store.images.add({ name, kind, description, sizeBytes, createdAt });
      const usual = `img-${imageId}-v1`;
      // After a restored backup there may be one of this name that no row knows, with somebody's work in it.
      const volume = taken.has(usual) ? `img-${imageId}-i${createdAt}` : usual;
      const fields = { imageId, note: '', volume, sizeBytes, createdAt };
      return store.images.addVersion({ ...fields, state: 'making' });
    });
  }

  function publishVersion(image: ImageRow, version: VersionRow): void {
    store.images.update(image.id, { publishedVersionId: version.id });
    const data = { image: image.name, version: version.number };
    timeline.record({ kind: 'image.published', data });
  }

  /** The first version is complete: from now on it can be booted. */
  function finishFirst(version: VersionRow): void {
    const image = store.images.find({ id: version.imageId });
    if (!image) throw new CafebootError('not_found', { kind: 'image', name: version.imageId });
    store.transaction(() => {
      store.images.markReady(version.id);
      publishVersion(image, version);
    });
    const { name, kind, sizeBytes } = image;
    timeline.record({ kind: 'image.added', data: { image: name, kind, sizeBytes } });
  }

  const makeFirst = (version: VersionRow, fill?: MakingSteps['fill']) =>
    makeVersion(deps, version, {
      fill,
      finish: () => finishFirst(version),
      undo: () => store.images.remove(version.imageId),
    });

  return {
    list: (): Image[] => store.images.list().map(present),
    get: (name: string): Image => present(getRow(name)),

    /** A blank disk of that capacity, to install an OS on or to fill with games. */
    async createBlank(image: NewImage, sizeBytes: number): Promise<Image> {
      await deps.admit();
      const version = await addRecord(image, sizeBytes);
      await makeFirst(version);
      return present(getRow(image.name));
    },

    /**
     * Records a new image of that size; what is returned makes its volume and has it filled, and undoes
     * everything where that fails.
     */
    async begin(image: NewImage, sizeBytes: number) {
      const version = await addRecord(image, sizeBytes);
      return (fill: (devicePath: string) => Promise<void>): Promise<void> =>
        makeFirst(version, fill);
    },

    /** The version is being read: it cannot be removed until what is returned is called. */
    hold(versionId: number): () => void {
      const hold = { versionId };
      holds.add(hold);
      return () => void holds.delete(hold);
    },
    isHeld,

    /** Fails with `in_use` while a boot entry has it, an overlay stems from it, or a PC captures to it. */
    remove: (name: string): Promise<void> => {
      const image = getRow(name);
      return serialise(imageKey(image.id), async () => {
        const versions = store.images.versions(image.id);
        const draft = store.images.findDraft(image.id);
        const isCaptured = store.captures.ofImage(image.id).length > 0;
        if (isCaptured || versions.some(({ id, state }) => state === 'making' || isHeld(id))) {
          throw new CafebootError('in_use', { kind: 'image', name });
        }
        const names = [...versions, ...(draft ? [draft] : [])].map(({ volume }) => volume);
        await volumeLife.discard(names, () => store.images.remove(image.id));
        timeline.record({ kind: 'image.removed', data: { image: name } });
      });
    },

    /**
     * Versions whose making a crash interrupted, and the image of a first one: nothing of them is worth keeping.
     * The server starts whatever comes of it.
     */
    async removeInterrupted(): Promise<void> {
      for (const version of store.images.allVersions()) {
        if (version.state !== 'making') continue;
        await giveUpVersion(deps, [version.volume], () => store.images.removeUnfinished(version));
      }
    },
  };
}
