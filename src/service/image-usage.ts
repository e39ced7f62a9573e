import type { Logger } from 'pino';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { getImage } from './image-lookup.ts';
import { createOwnBytes } from './own-bytes.ts';

/** One version, or the draft, in the pool. */
export interface VersionUsage {
  /** Null for the draft. */
  number: number | null;
  /** Allocated, what it shares with other versions included; null where its volume is gone. */
  usedBytes: number | null;
  /** Its alone, as measured a while ago: what removing it frees. Null where that is not known. */
  ownBytes: number | null;
  /** Whose disks stem from it. */
  hosts: { name: string; policy: 'discard' | 'keep'; usedAt: number }[];
}

export interface ImageUsageDeps {
  store: Store;
  volumes: VolumeStore;
  log: Logger;
  now: () => number;
}

/** What an image's versions take of the pool, and which PCs are on which. */
export function createImageUsage(deps: ImageUsageDeps) {
  const { store, volumes } = deps;
  const ownBytesOf = createOwnBytes(deps);

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
    const own = await ownBytesOf();
    const of = (volume: string) => ({
      usedBytes: used.get(volume) ?? null,
      ownBytes: own.get(volume) ?? null,
    });
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
