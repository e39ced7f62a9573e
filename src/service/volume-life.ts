import type { Logger } from 'pino';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';

export interface VolumeLifeDeps {
  store: Store;
  volumes: VolumeStore;
  log: Logger;
}

export type VolumeLife = ReturnType<typeof createVolumeLife>;

/**
 * Ties a volume to the rows that speak of it, so that a crash at any moment leaves neither a volume that
 * nobody knows nor a row without its volume. What is written down first is that the volume is unwanted.
 */
export function createVolumeLife({ store, volumes, log }: VolumeLifeDeps) {
  /** Being made in this process now: unwanted on paper only. */
  const inWork = new Set<string>();

  async function removeNow(volume: string): Promise<void> {
    try {
      await volumes.remove(volume);
      store.unwantedVolumes.remove(volume);
    } catch (error) {
      log.warn({ err: error, volume }, 'volume is left for the next look at the storage');
    }
  }

  return {
    /**
     * `make` makes the volume; then `claim` writes its rows, in the same transaction that takes it off the
     * list. Where either fails, the volume goes.
     */
    async make<Result>(
      volume: string,
      make: () => Promise<void>,
      claim: () => Result,
    ): Promise<Result> {
      inWork.add(volume);
      store.unwantedVolumes.add(volume);
      try {
        await make();
        return store.transaction(() => {
          store.unwantedVolumes.remove(volume);
          return claim();
        });
      } catch (error) {
        await removeNow(volume);
        throw error;
      } finally {
        inWork.delete(volume);
      }
    },

    /** `forget` removes the rows that speak of these volumes; then they go. */
    async discard(names: readonly string[], forget: () => void): Promise<void> {
      store.transaction(() => {
        forget();
        for (const volume of names) store.unwantedVolumes.add(volume);
      });
      for (const volume of names) await removeNow(volume);
    },

    /** What a crash or a failure left; names of those that are gone now. */
    async sweep(): Promise<string[]> {
      const names = store.unwantedVolumes.list().filter((volume) => !inWork.has(volume));
      for (const volume of names) await removeNow(volume);
      const left = new Set(store.unwantedVolumes.list());
      return names.filter((volume) => !left.has(volume));
    },
  };
}
