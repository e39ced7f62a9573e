import { open } from 'node:fs/promises';
import { flushVolume, writeData } from '../../storage/copy.ts';
import type { VolumeStore } from '../../storage/volumes.ts';
import type { Store } from '../../store/store.ts';
import type { Timeline } from '../timeline.ts';
import type { VolumeLife } from '../volume-life.ts';
import { readArchive } from './archive-reader.ts';
import { type BackedUpImage, imageName, type Manifest } from './manifest.ts';

export interface RestorationDeps {
  store: Store;
  volumes: VolumeStore;
  volumeLife: VolumeLife;
  timeline: Timeline;
}

/** What has become of an image: `kept`: the pool had it still; `missing`: neither pool nor backup had it. */
export interface RestoredImage {
  image: string;
  version: number;
  state: 'restored' | 'kept' | 'missing';
}

export interface RestoreOptions {
  signal?: AbortSignal;
  onProgress: (doneBytes: number, totalBytes: number) => void;
}

export type Restoration = ReturnType<typeof createRestoration>;

/** Brings the pool back to what a database from a backup says, as far as the backup goes. */
export function createRestoration({ store, volumes, volumeLife, timeline }: RestorationDeps) {
  /** Makes a volume and writes it; a crash in between leaves one that the next start removes. */
  const fill = (
    { volume, sizeBytes }: BackedUpImage,
    content: AsyncIterable<Buffer>,
    onBytes: (count: number) => void,
  ) =>
    volumeLife.make(
      volume,
      async () => {
        await volumes.create(volume, sizeBytes);
        await using device = await open(volumes.devicePath(volume), 'r+');
        let position = 0;
        for await (const piece of content) {
          await writeData(device, piece, position);
          position += piece.length;
          onBytes(piece.length);
        }
        await flushVolume(device);
      },
      () => {},
    );

  async function fillImages(path: string, manifest: Manifest, options: RestoreOptions) {
    const present = new Set((await volumes.list()).map(({ name }) => name));
    const wanted = new Map(
      manifest.images
        .filter(({ volume }) => !present.has(volume))
        .map((image) => [imageName(image), image]),
    );
    const totalBytes = [...wanted.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let doneBytes = 0;
    if (wanted.size === 0) return new Set<string>();
    await readArchive(
      path,
      async ({ name }, content) => {
        const image = wanted.get(name);
        if (!image) return;
        await fill(image, content, (count) => {
          doneBytes += count;
          options.onProgress(doneBytes, totalBytes);
        });
      },
      options,
    );
    return new Set([...wanted.values()].map(({ volume }) => volume));
  }

  /**
   * What was being made or removed when the backup was made: by now a version may be complete in the pool, and
   * must not be taken for what a crash left. Its volume is nobody's then, which people are told.
   */
  function forgetUnfinished(): void {
    store.transaction(() => {
      for (const version of store.images.allVersions()) {
        if (version.state === 'making') store.images.removeUnfinished(version);
      }
      for (const volume of store.unwantedVolumes.list()) store.unwantedVolumes.remove(volume);
    });
  }

  /**
   * What PCs wrote, drafts and old versions are in no backup: rows whose volume is not there go, so that
   * nothing is promised that cannot be kept.
   */
  function forgetLost(present: ReadonlySet<string>): void {
    const isLost = ({ volume }: { volume: string }) => !present.has(volume);
    store.transaction(() => {
      for (const { id } of store.overlays.list().filter(isLost)) store.overlays.remove(id);
      for (const { imageId } of store.images.drafts().filter(isLost)) {
        store.images.removeDraft(imageId);
      }
      const published = new Set(store.images.list().map((image) => image.publishedVersionId));
      const versions = store.images.allVersions();
      for (const { id } of versions.filter((each) => isLost(each) && !published.has(each.id))) {
        if (store.overlays.ofVersion(id).length === 0) store.images.removeVersion(id);
      }
    });
  }

  return {
    /**
     * The archive must have been read as whole before. The database that is open is the one that came
     * out of it. Throws as writing into volumes does; what was restored until then stays.
     */
    async fillPool(
      path: string,
      manifest: Manifest,
      options: RestoreOptions,
    ): Promise<RestoredImage[]> {
      forgetUnfinished();
      const restored = await fillImages(path, manifest, options);
      const present = new Set((await volumes.list()).map(({ name }) => name));
      forgetLost(present);
      const report = store.images.list().flatMap((image): RestoredImage[] => {
        const { publishedVersionId: id, name } = image;
        const version = id === null ? undefined : store.images.findVersion(id);
        if (!version) return [];
        const { number, volume } = version;
        const kept = present.has(volume) ? 'kept' : 'missing';
        const state = restored.has(volume) ? 'restored' : kept;
        return [{ image: name, version: number, state }];
      });
      const missing = report.filter(({ state }) => state === 'missing');
      const data = { file: path, missing: missing.map(({ image }) => image).join(', ') || '-' };
      const level = missing.length > 0 ? 'warn' : 'info';
      timeline.record({ kind: 'backup.restored', level, data });
      return report;
    },
  };
}
