import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeStore } from '../../storage/volumes.ts';
import { type Store, schemaVersion } from '../../store/store.ts';
import type { Images } from '../images.ts';
import { type Member, memberOf } from './archive-writer.ts';
import type { BackupDirectories } from './backups.ts';
import {
  type BackedUpImage,
  backupFormat,
  databaseName,
  imageName,
  type Manifest,
  manifestName,
} from './manifest.ts';
import { listSmallFiles, readSmallFile } from './small-files.ts';

export interface ContentDeps {
  store: Store;
  volumes: VolumeStore;
  images: Images;
  directories: BackupDirectories;
  version: string;
  now: () => number;
}

const readBytes = 1024 ** 2;

/** What goes into a backup. */
export function createContents(deps: ContentDeps) {
  const { store, volumes, images, directories, version, now } = deps;

  /** The published versions; they cannot be removed until `release`. */
  function holdImages() {
    const held = store.images.list().flatMap((image) => {
      const { publishedVersionId: id, name } = image;
      const row = id === null ? undefined : store.images.findVersion(id);
      if (row?.state !== 'ready') return [];
      const { number, volume, sizeBytes } = row;
      const release = images.hold(row.id);
      return [{ image: { image: name, version: number, volume, sizeBytes }, release }];
    });
    return {
      list: held.map(({ image }) => image),
      release: () => {
        for (const { release } of held) release();
      },
    };
  }

  const imageMember = (image: BackedUpImage): Member => ({
    name: imageName(image),
    sizeBytes: image.sizeBytes,
    async *read() {
      // Where no server runs, nobody has activated it since the machine started.
      await volumes.activate(image.volume);
      const options = { end: image.sizeBytes - 1, highWaterMark: readBytes };
      yield* createReadStream(volumes.devicePath(image.volume), options);
    },
  });

  return {
    /** `staging`: an own, empty directory, which must stay until the members have been read. */
    async collect(staging: string, withImages: boolean) {
      const held = withImages ? holdImages() : { list: [], release: () => {} };
      try {
        const database = join(staging, databaseName);
        await store.backupTo(database);
        const { size } = await stat(database);
        const { files, leftOut } = await listSmallFiles(directories.dataDir, directories.small);
        const manifest: Manifest = {
          ...{ format: backupFormat, version, schema: schemaVersion, createdAt: now() },
          ...{ images: held.list, leftOut },
        };
        return {
          totalBytes: [...files, ...held.list].reduce((sum, each) => sum + each.sizeBytes, size),
          async *members(): AsyncGenerator<Member> {
            yield memberOf(manifestName, Buffer.from(JSON.stringify(manifest, null, 1)));
            yield {
              ...{ name: databaseName, sizeBytes: size },
              read: () => createReadStream(database),
            };
            for (const file of files) {
              const content = await readSmallFile(file);
              if (content) yield memberOf(file.name, content);
            }
            yield* held.list.map(imageMember);
          },
          [Symbol.asyncDispose]: async () => held.release(),
        };
      } catch (error) {
        held.release();
        throw error;
      }
    },
  };
}
