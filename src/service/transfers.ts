import type { DiskFiles, DiskSource } from '../storage/disk-files.ts';
import type { DiskFormat } from '../storage/disk-formats.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { getImage, getPublished, getVersion } from './image-lookup.ts';
import type { Images, NewImage } from './images.ts';
import type { NextVersions } from './next-versions.ts';
import type { PoolGauge } from './pool-gauge.ts';
import type { Task, TaskControl, Tasks } from './tasks.ts';
import type { Timeline } from './timeline.ts';

export { diskFormats } from '../storage/disk-formats.ts';

export interface TransferDeps {
  store: Store;
  volumes: VolumeStore;
  images: Images;
  nextVersions: NextVersions;
  diskFiles: DiskFiles;
  pool: Pick<PoolGauge, 'admit' | 'filling'>;
  tasks: Tasks;
  timeline: Timeline;
}

/** A disk that becomes the next version of an image. */
export interface VersionFields {
  path: string;
  format?: DiskFormat | undefined;
  note?: string | undefined;
}

/** Called once the file or disk that is imported is not read any more, with why it failed. */
export type OnEnd = (error?: unknown) => Promise<void>;

export interface ExportFields {
  path: string;
  format: DiskFormat;
  /** None: the published one. */
  version?: number | undefined;
}

export type Transfers = ReturnType<typeof createTransfers>;

/** Images from files and disks of this machine, and to files; as tasks. */
export function createTransfers(deps: TransferDeps) {
  const { store, volumes, images, nextVersions, diskFiles, pool, tasks, timeline } = deps;

  type Fill = Awaited<ReturnType<Images['begin']>>;

  const copyInto = (name: string, source: DiskSource, fill: Fill): Task =>
    tasks.start('image.import', name, ({ signal, progress }: TaskControl) =>
      fill((devicePath) =>
        pool.filling(signal, (braked) =>
          diskFiles.copyIn(source, devicePath, { signal: braked, onProgress: progress }),
        ),
      ),
    );

  return {
    /** Copies a disk into a new image; the file or device is not changed. */
    async import(image: NewImage, path: string, format?: DiskFormat, onEnd?: OnEnd): Promise<Task> {
      await pool.admit();
      const source = await diskFiles.inspect(path, format);
      const fill = await images.begin(image, source.sizeBytes);
      return copyInto(image.name, source, (copy) => endWith(fill(copy), onEnd));
    },

    /** Copies a disk into the next version of an image, which is published then. Throws `not_found`. */
    async importVersion(
      name: string,
      { path, format, note = '' }: VersionFields,
      { onPublished, onEnd }: { onPublished: () => void; onEnd?: OnEnd | undefined },
    ): Promise<Task> {
      await pool.admit();
      const source = await diskFiles.inspect(path, format);
      const fill = nextVersions.begin(name, source.sizeBytes, note);
      return copyInto(name, source, (copy) => endWith(fill(copy).then(onPublished), onEnd));
    },

    /** Writes a version to a new file of this machine. The version cannot be removed meanwhile. */
    async export(name: string, { path, format, version: number }: ExportFields): Promise<Task> {
      await diskFiles.refuseToReplace(path);
      const image = getImage(store, name);
      const version =
        number === undefined ? getPublished(store, image) : getVersion(store, image, number);
      const { volume, sizeBytes } = version;
      return tasks.start('image.export', name, async ({ signal, progress }: TaskControl) => {
        const options = { signal, onProgress: progress };
        const release = images.hold(version.id);
        try {
          const device = volumes.devicePath(volume);
          await diskFiles.copyOut(device, sizeBytes, path, format, options);
          const data = { image: name, version: version.number, path };
          timeline.record({ kind: 'image.exported', data });
        } finally {
          release();
        }
      });
    },
  };
}

async function endWith(filling: Promise<void>, onEnd: OnEnd = async () => {}): Promise<void> {
  try {
    await filling;
  } catch (error) {
    await onEnd(error);
    throw error;
  }
  await onEnd();
}
