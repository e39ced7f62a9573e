import type { Disks } from './disks.ts';
import type { Image, Images } from './images.ts';
import type { Versions } from './versions.ts';

export interface ImageChangeDeps {
  images: Images;
  versions: Versions;
  disks: Disks;
  /** Makes ahead what the hosts' next boots need now. */
  prepareAll: () => void;
}

/**
 * What changes an image under PCs that run from it: they go on with what they have, and get the change at
 * their next boot. What concerns the draft throws `draft_in_use` while a PC in super mode has it.
 */
export function createImageChanges({ images, versions, disks, prepareAll }: ImageChangeDeps) {
  async function changeDraft(name: string, work: () => Promise<void>): Promise<Image> {
    await disks.withoutEditor(images.getId(name), work);
    prepareAll();
    return images.get(name);
  }

  return {
    /** The draft becomes the next version and is published. */
    publishDraft: (name: string, note = ''): Promise<Image> =>
      changeDraft(name, () => versions.publish(name, note)),
    discardDraft: (name: string): Promise<Image> =>
      changeDraft(name, () => versions.discardDraft(name)),
    /** Of the draft, and so of what is published next. */
    grow: (name: string, sizeBytes: number): Promise<Image> =>
      changeDraft(name, () => versions.grow(name, sizeBytes)),
    async rollBack(name: string, version: number): Promise<Image> {
      await versions.rollBack(name, version);
      prepareAll();
      return images.get(name);
    },
    async removeVersion(name: string, version: number): Promise<Image> {
      await versions.remove(name, version);
      return images.get(name);
    },
  };
}
