import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBootFiles } from '../../../src/service/boot-files.ts';

let root: string;
const directory = (name: string) => join(root, name);
const put = (path: string, bytes: string | Buffer) => writeFile(directory(path), bytes);
const files = () =>
  createBootFiles({ directories: ['admin', 'built', 'package', 'none'].map(directory) });

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cafeboot-boot-files-'));
  for (const name of ['admin', 'built', 'package']) await mkdir(directory(name));
  await put('package/ipxe.efi', 'MZ\0iPXE\x001.0.0+git-20190125.36a4c85-5.1\0');
  await put('package/undionly.kpxe', Buffer.alloc(100, 0x55));
});
afterEach(() => rm(root, { recursive: true }));

test('which boot files are there, found again when that changes', async () => {
  const bootFiles = files();
  expect(bootFiles.present()).toEqual(new Set());
  await bootFiles.start();
  expect(bootFiles.present()).toEqual(new Set(['ipxe.efi', 'undionly.kpxe']));
  bootFiles.close();
});

test('which build each one is; a packed one is as its neighbour', async () => {
  const version = '1.0.0+git-20190125.36a4c85-5.1';
  const found = { own: false, version, date: '2019-01-25' };
  expect(await files().describe()).toEqual([
    {
      ...found,
      name: 'undionly.kpxe',
      path: directory('package/undionly.kpxe'),
      versionFrom: 'ipxe.efi',
    },
    { ...found, name: 'ipxe.efi', path: directory('package/ipxe.efi'), versionFrom: null },
  ]);
});

test('our own build comes before the package’s, and the administrator’s file before both', async () => {
  const packed = Buffer.alloc(200, 0x66);
  const sha256 = createHash('sha256').update(packed).digest('hex');
  await put('built/undionly.kpxe', packed);
  const manifest = { release: 'v2.0.0', builtAt: '2026-11-24T10:00:00Z' };
  await put(
    'built/build.json',
    JSON.stringify({ ...manifest, sha256: { 'undionly.kpxe': sha256 } }),
  );
  await put('admin/ipxe.efi', 'nothing that tells');
  await utimes(directory('admin/ipxe.efi'), 0, new Date('2024-05-06T07:08:09Z'));
  const [bios, uefi] = await files().describe();
  expect(bios).toMatchObject({
    ...{ path: directory('built/undionly.kpxe'), own: true },
    ...{ version: 'v2.0.0', date: '2026-11-24' },
  });
  expect(uefi).toMatchObject({
    ...{ path: directory('admin/ipxe.efi'), own: false },
    ...{ version: null, date: '2024-05-06' },
  });
});

test('a manifest that is none is not believed', async () => {
  await put('package/build.json', '{"release": 1}');
  expect((await files().describe()).every(({ own }) => !own)).toBe(true);
});
