import type { Store } from '../store/store.ts';
import type { Background } from './background.ts';
import type { Captures } from './captures.ts';
import type { Disks } from './disks.ts';
import { getImage } from './image-lookup.ts';
import type { Image, Images } from './images.ts';
import type { Task } from './tasks.ts';
import type { OnEnd, Transfers, VersionFields } from './transfers.ts';
import type { RemovedVersion } from './version-removal.ts';
import type { Versions } from './versions.ts';

export type ImageChanges = ReturnType<typeof createImageChanges>;

export interface ImageChangeDeps {
  store: Store;
  images: Images;
  versions: Versions;
  transfers: Pick<Transfers, 'importVersion'>;
  disks: Disks;
  captures: Captures;
  background: Background;
  /** Makes ahead what the hosts' next boots need now. */
  prepareAll: () => void;
}

/**
 * What changes an image under PCs that run from it: they go on with what they have, and get the change at
 * their next boot. What concerns the draft throws `draft_in_use` while a PC in super mode has it.
 */
export function createImageChanges(deps: ImageChangeDeps) {
  const { store, images, versions, disks, captures, prepareAll } = deps;

  async function changeDraft(
    name: string,
    work: () => Promise<void>,
    end?: 'published' | 'discarded',
  ): Promise<Image> {
    const image = getImage(store, name);
    await disks.withoutEditor(image, async () => {
      await work();
      if (end) captures.endOf(image, end);
    });
    prepareAll();
    return images.get(name);
  }

  const removeUnused = (name: string) =>
    deps.background.start(`remove unused ${name}`, async () => {
      await versions.removeUnused(name);
    });

  return {
    /** The draft becomes the next version and is published. */
    async publishDraft(name: string, note = ''): Promise<Image> {
      const image = await changeDraft(name, () => versions.publish(name, note), 'published');
      removeUnused(name);
      return image;
    },
    /**
     * A disk that was made elsewhere becomes the next version and is published, as a task. The draft stays.
     * `onEnd`: nobody reads the disk any more.
     */
    importVersion(name: string, fields: VersionFields, onEnd?: OnEnd): Promise<Task> {
      const onPublished = () => {
        prepareAll();
        removeUnused(name);
      };
      return deps.transfers.importVersion(name, fields, { onPublished, onEnd });
    },
    discardDraft: (name: string): Promise<Image> =>
      changeDraft(name, () => versions.discardDraft(name), 'discarded'),
    /** Of the draft, and so of what is published next. */
    grow: (name: string, sizeBytes: number): Promise<Image> =>
      changeDraft(name, () => versions.grow(name, sizeBytes)),
    async rollBack(name: string, version: number): Promise<Image> {
      await versions.rollBack(name, version);
      prepareAll();
      return images.get(name);
    },
    /** Of one image, or of all: old versions that nobody uses and the setting `versionsKept` does not keep. */
    removeUnusedVersions: (name?: string): Promise<RemovedVersion[]> => versions.removeUnused(name),
    async removeVersion(name: string, version: number): Promise<Image> {
      await versions.remove(name, version);
      return images.get(name);
    },
  };
}
