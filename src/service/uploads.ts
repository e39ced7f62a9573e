import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CafebootError, hasCode } from '../errors.ts';
import type { DiskFormat } from '../storage/disk-formats.ts';
import type { Store } from '../store/store.ts';
import { parseSlug } from './fields.ts';
import type { ImageChanges } from './image-changes.ts';
import { getImage } from './image-lookup.ts';
import type { NewImage } from './images.ts';
import type { Task } from './tasks.ts';
import type { OnEnd, Transfers } from './transfers.ts';
import { appendBytes, refuseWithoutSpace } from './upload-files.ts';

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
  /** Throws where nothing new may be put into the pool. */
  admit: () => Promise<void>;
  now: () => number;
}

export type Uploads = ReturnType<typeof createUploads>;

const uploadLimit = 4;
const keptMs = 86_400_000;

/** What is no disk is none at another try either. */
const lasting = ['disk_file_unknown', 'disk_file_refers', 'invalid_value'] as const;

/**
 * Disk files that come in parts, and go on where they broke off. A complete one is imported, and removed then;
 * where that fails for a passing reason, going on with it tries again.
 */
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

  function importFile(upload: Upload, onEnd: OnEnd): Promise<Task> {
    const { name, format } = upload;
    const path = dataPath(upload.id);
    if (upload.becomes === 'version') {
      return deps.imageChanges.importVersion(name, { path, format, note: upload.note }, onEnd);
    }
    const { kind, description } = upload;
    const image = { name, kind, ...(description !== undefined && { description }) };
    return deps.transfers.import(image, path, format, onEnd);
  }

  async function startImport(upload: Upload): Promise<Task> {
    const { id } = upload;
    const end: OnEnd = async (error) => {
      const isOver = error === undefined || lasting.some((code) => hasCode(error, code));
      if (isOver) await removeFiles(id);
      busy.delete(id);
    };
    busy.add(id);
    try {
      return await importFile(upload, end);
    } catch (error) {
      await end(error);
      throw error;
    }
  }

  return {
    list,
    get,

    /**
     * Throws `already_exists` for a new image's name that is taken, `not_found` for a version of an image that
     * is not there, `too_many_uploads`, `destination_full`, and where the pool takes nothing new.
     */
    async begin(upload: NewUpload): Promise<Upload> {
      if (upload.becomes === 'version') getImage(store, upload.name);
      else refuseTakenName(upload.name);
      await deps.admit();
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const others = await list();
      if (others.length >= uploadLimit) {
        throw new CafebootError('too_many_uploads', { limit: uploadLimit });
      }
      await refuseWithoutSpace(directory, [...others, { ...upload, offset: 0 }]);
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
        end = await appendBytes(dataPath(id), upload, body);
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
