import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createUploads, type Uploads } from '../../../src/service/uploads.ts';
import { openStore } from '../../../src/store/store.ts';

const bytes = randomBytes(3_000);
const image = { becomes: 'image', name: 'win11', kind: 'os', sizeBytes: bytes.length } as const;
async function* part(...chunks: Uint8Array[]) {
  yield* chunks;
}
async function* broken(chunk: Uint8Array) {
  yield chunk;
  throw new Error('the browser is gone');
}

describe('uploads', () => {
  let directory: string;
  let uploads: Uploads;
  let imported: {
    what: string;
    format: string | undefined;
    bytes: Buffer;
    end: (error?: unknown) => Promise<void>;
  }[];
  const clock = { ahead: 0 };
  let admit: () => Promise<void>;
  const store = openStore(':memory:');
  async function take(
    what: string,
    path: string,
    format?: string,
    end = async (_error?: unknown) => {},
  ) {
    if (format === 'vmdk') throw new CafebootError('disk_file_unknown', { path, format });
    imported.push({ what, format, bytes: await readFile(path), end });
    return { id: 1 } as never;
  }
  const open = () =>
    createUploads({
      ...{ directory, store, now: () => Date.now() + clock.ahead, admit: () => admit() },
      transfers: {
        import: ({ name }, path, format, end) => take(`new ${name}`, path, format, end),
      },
      imageChanges: {
        importVersion: (name, { path, format, note }, end) =>
          take(`next ${name}: ${note}`, path, format, end),
      },
    });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-uploads-'));
    imported = [];
    clock.ahead = 0;
    admit = async () => {};
    uploads = open();
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('one that breaks off goes on where it ended, after a restart too, and is imported', async () => {
    const { id } = await uploads.begin({ ...image, format: 'raw' });
    await expect(uploads.write(id, 0, broken(bytes.subarray(0, 1_000)))).rejects.toThrow('gone');
    uploads = open();
    expect(await uploads.get(id)).toMatchObject({ offset: 1_000, name: 'win11' });
    await expect(uploads.write(id, 0, part(bytes))).rejects.toThrow(
      'upload_offset {"offset":1000}',
    );
    const middle = await uploads.write(id, 1_000, part(bytes.subarray(1_000, 2_000)));
    expect(middle).toEqual({ offset: 2_000, task: null });
    const last = [bytes.subarray(2_000, 2_500), bytes.subarray(2_500)];
    expect(await uploads.write(id, 2_000, part(...last))).toMatchObject({ task: { id: 1 } });
    expect(imported).toMatchObject([{ what: 'new win11', format: 'raw', bytes }]);
    await expect(uploads.remove(id)).rejects.toThrow('in_use');
    await imported[0]?.end();
    expect(await readdir(directory)).toEqual([]);
  });

  test('one becomes the next version of an image that is there', async () => {
    const next = { becomes: 'version', name: 'ubuntu', note: '24.04', sizeBytes: 3_000 } as const;
    await expect(uploads.begin(next)).rejects.toThrow('not_found');
    store.images.add({ name: 'ubuntu', kind: 'os', description: '', sizeBytes: 1, createdAt: 1 });
    const { id } = await uploads.begin(next);
    uploads = open();
    expect(await uploads.write(id, 0, part(bytes))).toMatchObject({ task: { id: 1 } });
    expect(imported).toMatchObject([{ what: 'next ubuntu: 24.04', format: undefined, bytes }]);
    await imported[0]?.end();
    expect(await readdir(directory)).toEqual([]);
  });

  test('a complete one stays where its import fails for a passing reason, and is tried again', async () => {
    const { id } = await uploads.begin(image);
    await uploads.write(id, 0, part(bytes));
    await imported[0]?.end(new CafebootError('task_cancelled'));
    uploads = open();
    expect(await uploads.get(id)).toMatchObject({ offset: bytes.length });
    expect(await uploads.write(id, bytes.length, part())).toMatchObject({ task: { id: 1 } });
    expect(imported).toMatchObject([{ bytes }, { bytes }]);
    await imported[1]?.end();
    expect(await readdir(directory)).toEqual([]);
  });

  test('none is begun into a pool that takes nothing new', async () => {
    admit = async () => {
      throw new CafebootError('pool_nearly_full', { percent: 96 });
    };
    await expect(uploads.begin(image)).rejects.toThrow('pool_nearly_full');
    expect(await uploads.list()).toEqual([]);
  });

  test('more than was said, a taken name and too many are refused', async () => {
    const { id } = await uploads.begin(image);
    const tooMuch = uploads.write(id, 0, part(bytes, bytes));
    await expect(tooMuch).rejects.toThrow('invalid_value');
    store.images.add({ name: 'games', kind: 'data', description: '', sizeBytes: 1, createdAt: 1 });
    await expect(uploads.begin({ ...image, name: 'games' })).rejects.toThrow('already_exists');
    await expect(uploads.begin({ ...image, name: '../x' })).rejects.toThrow('invalid_value');
    await expect(uploads.begin({ ...image, sizeBytes: 2 ** 52 })).rejects.toThrow(
      'destination_full',
    );
    for (const name of ['b', 'c', 'd']) await uploads.begin({ ...image, name });
    await expect(uploads.begin({ ...image, name: 'e' })).rejects.toThrow('too_many_uploads');
    await uploads.remove(id);
    expect(await uploads.list()).toHaveLength(3);
  });

  test('only one part at a time', async () => {
    const { id } = await uploads.begin(image);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slow() {
      await held;
      yield bytes;
    }
    const first = uploads.write(id, 0, slow());
    await expect(uploads.get(id)).resolves.toMatchObject({ offset: 0 });
    await expect(uploads.write(id, 0, part(bytes))).rejects.toThrow('in_use');
    release();
    await first;
  });

  test('what is no disk goes at once; what nobody goes on with, after a day', async () => {
    const { id } = await uploads.begin({ ...image, format: 'vmdk' });
    await expect(uploads.write(id, 0, part(bytes))).rejects.toThrow('disk_file_unknown');
    await expect(uploads.get(id)).rejects.toThrow('not_found');
    await expect(uploads.get('../../etc/passwd')).rejects.toThrow('not_found');
    const { id: old } = await uploads.begin(image);
    await uploads.prune();
    expect(await uploads.list()).toHaveLength(1);
    await utimes(join(directory, `${old}.data`), 0, 0);
    await uploads.prune();
    expect(await readdir(directory)).toEqual([]);
  });
});
