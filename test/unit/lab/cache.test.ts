import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheDir, cachedDirectory, cachedImage } from '../../../scripts/lab/cache.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cafeboot-cache-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const build = (text: string) => vi.fn((path: string) => writeFile(path, text));
const images = async () => (await readdir(cacheDir())).filter((name) => name.endsWith('.raw'));

test('an image is built once', async () => {
  const [first, second] = [build('one'), build('two')];
  const path = await cachedImage({ kind: 'pc', digest: 'a1' }, first);
  expect(await cachedImage({ kind: 'pc', digest: 'a1' }, second)).toBe(path);
  expect(await readFile(path, 'utf8')).toBe('one');
  expect(second).not.toHaveBeenCalled();
});

test('two builders at once: one builds, both get it', async () => {
  const builds = [build('one'), build('two')];
  const paths = await Promise.all(
    builds.map((each) => cachedImage({ kind: 'pc', digest: 'a1' }, each)),
  );
  expect(new Set(paths).size).toBe(1);
  expect(builds.flatMap(({ mock }) => mock.calls)).toHaveLength(1);
});

test('a new recipe replaces the old image of its kind only', async () => {
  await cachedImage({ kind: 'pc', digest: 'a1' }, build('old'));
  await cachedImage({ kind: 'server', digest: 'a1' }, build('other'));
  await cachedImage({ kind: 'pc', digest: 'b2' }, build('new'));
  expect((await images()).sort()).toEqual(['pc-b2.raw', 'server-a1.raw']);
});

test('a directory is built once, and a new recipe replaces it whole', async () => {
  const buildDirectory = (text: string) =>
    vi.fn(async (path: string) => {
      await mkdir(path);
      await writeFile(join(path, 'file'), text);
    });
  const again = buildDirectory('two');
  const path = await cachedDirectory({ kind: 'server', digest: 'a1' }, buildDirectory('one'));
  await cachedImage({ kind: 'server', digest: 'a1' }, build('an image'));
  expect(await cachedDirectory({ kind: 'server', digest: 'a1' }, again)).toBe(path);
  expect(again).not.toHaveBeenCalled();
  expect(await readFile(join(path, 'file'), 'utf8')).toBe('one');
  await cachedDirectory({ kind: 'server', digest: 'b2' }, again);
  expect((await readdir(cacheDir())).filter((name) => !name.endsWith('.lock')).sort()).toEqual([
    'server-a1.raw',
    'server-b2',
  ]);
});

test('a build that fails leaves nothing to be taken for an image, and keeps the old one', async () => {
  await cachedImage({ kind: 'pc', digest: 'a1' }, build('old'));
  const fail = () => Promise.reject(new Error('no network'));
  await expect(cachedImage({ kind: 'pc', digest: 'b2' }, fail)).rejects.toThrow('no network');
  expect(await images()).toEqual(['pc-a1.raw']);
});
