import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { DiskFormat } from '../storage/disk-formats.ts';
import type { Store } from '../store/store.ts';
import { parseSlug } from './fields.ts';
import type { ImageChanges } from './image-changes.ts';
import { getImage } from './image-lookup.ts';
import type { NewImage } from './images.ts';
import type { Task } from './tasks.ts';
import type { Transfers } from './transfers.ts';

/** A disk file that comes from a browser, and whether it becomes a new image or the next version of one. */
export type NewUpload = { sizeBytes: number; format?: DiskFormat | undefined } & (
  | (NewImage & { becomes: 'image' })
  | { becomes: 'version'; name: string; note?: string | undefined }
);

export type Upload = NewUpload & {
  id: string;
  createdAt: number;
  /** How much has come: where the next part begins. */
  offset: number;
};

export interface UploadDeps {
  directory: string;
  store: Store;
  transfers: Pick<Transfers, 'import'>;
  imageChanges: Pick<ImageChanges, 'importVersion'>;
  now: () => number;
}

export type Uploads = ReturnType<typeof createUploads>;

const uploadLimit = 4;
const keptMs = 86_400_000;
/** Left free beside what all uploads will take: the database is on the same disk. */
const spareBytes = 256 * 1024 ** 2;

/** Disk files that come in parts, and go on where they broke off. A complete one is imported and removed. */
export function createUploads(deps: UploadDeps) {
  const { directory, store, now } = deps;
  /** Being written or imported. */
  const busy = new Set<string>();
  const dataPath = (id: string) => join(directory, `${id}.data`);
  const infoPath = (id: string) => join(directory, `${id}.json`);

  async function list(): Promise<Upload[]> {
    const names = await readdir(directory).catch(() => []);
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
    const found = await Promise.all(ids.map((id) => get(id).catch(() => undefined)));
    return found.filter((upload) => upload !== undefined).sort((a, b) => a.createdAt - b.createdAt);
  }

  async function get(id: string): Promise<Upload> {
    try {
      if (!/^[0-9a-f]{32}$/.test(id)) throw new Error('no id of ours');
      const info = JSON.parse(await readFile(infoPath(id), 'utf8')) as Upload;
      const { size } = await stat(dataPath(id));
      return { ...info, offset: size };
    } catch (error) {
      throw new CafebootError('not_found', { kind: 'upload', name: id }, { cause: error });
    }
  }

  async function removeFiles(id: string): Promise<void> {
    await rm(infoPath(id), { force: true });
    await rm(dataPath(id), { force: true });
  }

  function refuseTakenName(name: string): void {
    parseSlug('name', name);
    if (store.images.find({ name })) throw new CafebootError('already_exists', { field: 'name' });
  }

  async function refuseWithoutSpace(sizeBytes: number, others: readonly Upload[]): Promise<void> {
    const { bavail, bsize } = await statfs(directory);
    const promised = others.reduce((sum, each) => sum + each.sizeBytes - each.offset, spareBytes);
    if (bavail * bsize < promised + sizeBytes) {
      throw new CafebootError('destination_full', { path: directory });
    }
  }

  /** Throws `invalid_value` for more bytes than were said, `destination_full`; what came stays. */
  async function append({ id, offset, sizeBytes }: Upload, body: AsyncIterable<Uint8Array>) {
    const file = await open(dataPath(id), 'r+');
    let end = offset;
    try {
      for await (const chunk of body) {
        if (end + chunk.length > sizeBytes) {
          throw new CafebootError('invalid_value', { field: 'sizeBytes', value: sizeBytes });
        }
        await file.writev([chunk], end);
        end += chunk.length;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new CafebootError('destination_full', { path: directory }, { cause: error });
    } finally {
      await file.close();
    }
    return end;
  }

  function importFile(upload: Upload, onEnd: () => Promise<void>): Promise<Task> {
    const { name, format } = upload;
    const path = dataPath(upload.id);
    if (upload.becomes === 'version') {
      return deps.imageChanges.importVersion(name, { path, format, note: upload.note }, onEnd);
    }
    const { kind, description } = upload;
    const image = { name, kind, ...(description !== undefined && { description }) };
    return deps.transfers.import(image, path, format, onEnd);
  }

  /** What cannot be imported is no use for any further try, so it goes at once. */
  async function startImport(upload: Upload): Promise<Task> {
    const { id } = upload;
    const end = async () => {
      await removeFiles(id);
      busy.delete(id);
    };
    busy.add(id);
    try {
      return await importFile(upload, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  return {
    list,
    get,

    /**
     * Throws `already_exists` for a new image's name that is taken, `not_found` for a version of an image that
     * is not there, `too_many_uploads`, `destination_full`.
     */
    async begin(upload: NewUpload): Promise<Upload> {
      if (upload.becomes === 'version') getImage(store, upload.name);
      else refuseTakenName(upload.name);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const others = await list();
      if (others.length >= uploadLimit) {
        throw new CafebootError('too_many_uploads', { limit: uploadLimit });
      }
      await refuseWithoutSpace(upload.sizeBytes, others);
      const id = randomBytes(16).toString('hex');
      await writeFile(dataPath(id), '', { mode: 0o600 });
      const info = { ...upload, id, createdAt: now() };
      await writeFile(infoPath(id), JSON.stringify(info), { mode: 0o600 });
      return { ...info, offset: 0 };
    },

    /**
     * The next part. With the last one its import starts, which is the task. Throws `upload_offset` where the
     * part begins elsewhere than the file ends, `in_use` while another part comes, and as importing does.
     */
    async write(
      id: string,
      offset: number,
      body: AsyncIterable<Uint8Array>,
    ): Promise<{ offset: number; task: Task | null }> {
      const upload = await get(id);
      if (busy.has(id)) throw new CafebootError('in_use', { name: upload.name });
      if (offset !== upload.offset) {
        throw new CafebootError('upload_offset', { offset: upload.offset });
      }
      busy.add(id);
      let end: number;
      try {
        end = await append(upload, body);
      } finally {
        busy.delete(id);
      }
      const isComplete = end === upload.sizeBytes;
      return { offset: end, task: isComplete ? await startImport(upload) : null };
    },

    /** Throws `in_use` while it is written or imported. */
    async remove(id: string): Promise<void> {
      const { name } = await get(id);
      if (busy.has(id)) throw new CafebootError('in_use', { name });
      await removeFiles(id);
    },

    /** Those that nobody went on with for a day. */
    async prune(): Promise<void> {
      for (const { id } of await list()) {
        const { mtimeMs } = await stat(dataPath(id));
        if (!busy.has(id) && now() - mtimeMs > keptMs) await removeFiles(id);
      }
    },
  };
}
