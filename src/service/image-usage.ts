import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { getImage } from './image-lookup.ts';

/** One version, or the draft, in the pool. */
export interface VersionUsage {
  /** Null for the draft. */
  number: number | null;
  /** Allocated, what it shares with other versions included; null where its volume is gone. */
  usedBytes: number | null;
  /** Its alone; null, since neither store tells how much versions share. */
  ownBytes: number | null;
  /** Whose disks stem from it. */
  hosts: { name: string; policy: 'discard' | 'keep'; usedAt: number }[];
}

export interface ImageUsageDeps {
  store: Store;
  volumes: VolumeStore;
}

/** What an image's versions take of the pool, and which PCs are on which. */
export function createImageUsage({ store, volumes }: ImageUsageDeps) {
  function hostsOn(versionId: number): VersionUsage['hosts'] {
    return store.overlays.ofVersion(versionId).flatMap(({ hostId, policy, usedAt }) => {
      const host = store.hosts.find('id', hostId);
      return host && usedAt !== null ? [{ name: host.name, policy, usedAt }] : [];
    });
  }

  /** Oldest version first, the draft last. Throws `not_found`. */
  return async (name: string): Promise<VersionUsage[]> => {
    const image = getImage(store, name);
    const used = new Map((await volumes.list()).map((each) => [each.name, each.usedBytes]));
    const of = (volume: string) => ({ usedBytes: used.get(volume) ?? null, ownBytes: null });
    const draft = store.images.findDraft(image.id);
    return [
      ...store.images.versions(image.id).map(({ id, number, volume }) => ({
        number,
        ...of(volume),
        hosts: hostsOn(id),
      })),
      ...(draft ? [{ number: null, ...of(draft.volume), hosts: [] }] : []),
    ];
  };
}
