import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileCache } from '../../../src/servers/tftp/cache.ts';
import { createTftpFiles, type TftpFiles } from '../../../src/servers/tftp/files.ts';

let base: string;
let root: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'cafeboot-tftp-files-'));
  root = join(base, 'root');
  await mkdir(join(root, 'sub'), { recursive: true });
  await mkdir(join(base, 'root-too'));
  await writeFile(join(root, 'a'), 'inside');
  await writeFile(join(root, 'sub', 'b'), 'deeper');
  await writeFile(join(base, 'secret'), 'outside');
  await writeFile(join(base, 'root-too', 'secret'), 'outside');
});

afterEach(() => rm(base, { recursive: true }));

async function textOf(files: TftpFiles, path: string): Promise<string> {
  const { content, ...refused } = await files.find(path);
  if (!content) return JSON.stringify(refused);
  try {
    return Buffer.from(await content.read(0, content.sizeBytes)).toString();
  } finally {
    await content.close();
  }
}

const refusalOf = async (files: TftpFiles, path: string) => {
  const found = await files.find(path);
  return found.content ? 'found' : found.refusal;
};

test('finds files below the root', async () => {
  const files = createTftpFiles({ roots: [{ directory: root }] });
  expect(await textOf(files, 'a')).toBe('inside');
  expect(await textOf(files, 'sub/b')).toBe('deeper');
});

test('a link that stays inside is followed, and the root may be a link itself', async () => {
  await symlink('sub/b', join(root, 'link'));
  await symlink(root, join(base, 'alias'));
  const files = createTftpFiles({ roots: [{ directory: join(base, 'alias') }] });
  expect(await textOf(files, 'link')).toBe('deeper');
});

test('nothing outside of the root, or not a regular file, is served', async () => {
  await symlink('/etc/passwd', join(root, 'absolute'));
  await symlink('../secret', join(root, 'relative'));
  await symlink('..', join(root, 'up'));
  await symlink('../root-too', join(root, 'sibling'));
  await symlink('loop', join(root, 'loop'));
  await symlink('/dev/zero', join(root, 'device'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  const files = createTftpFiles({ roots: [{ directory: root }] });
  const table = {
    absolute: 'outside-root',
    relative: 'outside-root',
    'up/secret': 'outside-root',
    'sibling/secret': 'outside-root',
    device: 'outside-root',
    // The codec never lets these through; the files do not rely on it.
    '../secret': 'outside-root',
    '../root-too/secret': 'outside-root',
    'sub/../../secret': 'outside-root',
    loop: 'not-found',
    fifo: 'not-a-file',
    sub: 'not-a-file',
    '.': 'outside-root',
    'a/b': 'not-found',
    none: 'not-found',
  };
  for (const [path, refusal] of Object.entries(table)) {
    expect(await refusalOf(files, path), path).toBe(refusal);
  }
});

test('roots are asked in order, and a restricted one gives only its names', async () => {
  const shipped = join(base, 'shipped');
  await mkdir(shipped);
  for (const name of ['a', 'ipxe.efi', 'other']) await writeFile(join(shipped, name), 'shipped');
  const files = createTftpFiles({
    roots: [{ directory: root }, { directory: shipped, only: ['a', 'ipxe.efi'] }],
  });
  expect(await textOf(files, 'a')).toBe('inside');
  expect(await textOf(files, 'ipxe.efi')).toBe('shipped');
  expect(await refusalOf(files, 'other')).toBe('not-found');
});

test('a root that does not exist has no files', async () => {
  const files = createTftpFiles({
    roots: [{ directory: join(base, 'none') }, { directory: root }],
  });
  expect(await textOf(files, 'a')).toBe('inside');
});

test('a changed file is read again: by size, by time, and when another takes its place', async () => {
  const files = createTftpFiles({ roots: [{ directory: root }] });
  const path = join(root, 'a');
  expect(await textOf(files, 'a')).toBe('inside');
  await writeFile(path, 'longer than before');
  expect(await textOf(files, 'a')).toBe('longer than before');
  await writeFile(path, 'LONGER THAN BEFORE');
  await utimes(path, 1_000, 1_000);
  expect(await textOf(files, 'a')).toBe('LONGER THAN BEFORE');
  await writeFile(join(root, 'new'), 'Longer Than Before');
  await utimes(join(root, 'new'), 1_000, 1_000);
  await rename(join(root, 'new'), path);
  expect(await textOf(files, 'a')).toBe('Longer Than Before');
});

test('a file over the bound of the cache is read in pieces', async () => {
  const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(40);
  await writeFile(join(root, 'big'), text);
  const files = createTftpFiles({
    roots: [{ directory: root }],
    cacheBytes: 64,
    readAheadBytes: 100,
  });
  const { content } = await files.find('big');
  if (!content) throw new Error('not found');
  let read = '';
  for (let offset = 0; offset < text.length; offset += 48) {
    const bytes = await content.read(offset, Math.min(48, text.length - offset));
    read += Buffer.from(bytes).toString();
  }
  expect(read).toBe(text);
  expect(Buffer.from(await content.read(5, 3)).toString()).toBe('fgh');
  await content.close();
});

test('the cache keeps within its bound and drops what was used longest ago', async () => {
  const cache = createFileCache(100);
  const loaded: string[] = [];
  const get = (path: string) =>
    cache.get(path, '1', async () => {
      loaded.push(path);
      return new Uint8Array(40);
    });
  for (const path of ['a', 'b', 'a', 'c', 'a', 'b']) await get(path);
  expect(loaded).toEqual(['a', 'b', 'c', 'b']);
  expect(cache.sizeBytes).toBeLessThanOrEqual(100);
});

test('asked for the same file by many at once, the cache loads it once', async () => {
  const cache = createFileCache(100);
  let loads = 0;
  const load = async () => {
    loads += 1;
    return new Uint8Array(10);
  };
  await Promise.all(Array.from({ length: 50 }, () => cache.get('a', '1', load)));
  expect(loads).toBe(1);
});
