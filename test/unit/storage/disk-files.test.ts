import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CafebootError } from '../../../src/errors.ts';
import { createDiskFiles, refuseUsed } from '../../../src/storage/disk-files.ts';
import type { Run } from '../../../src/storage/exec.ts';

const options = { signal: new AbortController().signal, onProgress: () => {} };

test('a file that is being written is written by nobody else, however its path is said', async () => {
  const top = await mkdtemp(join(tmpdir(), 'cafeboot-disk-files-'));
  await mkdir(join(top, 'usb'));
  await symlink(join(top, 'usb'), join(top, 'link'));
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const run: Run = async (_file, argv) => {
    await writeFile(argv.at(-1) ?? '', 'disk');
    begun.resolve();
    await mayEnd.promise;
    return { stdout: '', stderr: '' };
  };
  const files = createDiskFiles(run);
  const path = join(top, 'usb/win.qcow2');
  const first = files.copyOut('/dev/null', 512, path, 'qcow2', options);
  await begun.promise;
  for (const again of [path, join(top, 'link/win.qcow2')]) {
    const inUse = { code: 'in_use', context: { name: again } };
    await expect(files.refuseToReplace(again)).rejects.toMatchObject(inUse);
    const second = files.copyOut('/dev/null', 512, again, 'qcow2', options);
    await expect(second).rejects.toMatchObject(inUse);
  }
  mayEnd.resolve();
  await first;
  expect(await readFile(path, 'utf8')).toBe('disk');
  expect(await readdir(join(top, 'usb'))).toEqual(['win.qcow2']);
  await expect(files.refuseToReplace(path)).rejects.toMatchObject({ code: 'already_exists' });
  await expect(files.refuseToReplace(join(top, 'nowhere/x'))).rejects.toMatchObject({
    code: 'not_found',
    context: { kind: 'directory', name: join(top, 'nowhere') },
  });
  await files.refuseToReplace(join(top, 'usb/other.qcow2'));
});

test.each([
  ['/dev/null', true],
  ['/dev/zero', true],
  ['/dev/full', true],
  ['/dev/random', false],
])(
  '%s, a disk behind a loop device, its partition, a disk of such a one, or none of these: %s',
  async (device, isUsed) => {
    const sys = await mkdtemp(join(tmpdir(), 'cafeboot-sys-'));
    const place = {
      null: 'null',
      zero: 'null/zero',
      full: 'full',
      part: 'full/part',
      random: 'random',
    };
    await mkdir(join(sys, 'class/block'), { recursive: true });
    for (const [name, path] of Object.entries(place)) {
      await mkdir(join(sys, 'devices', path), { recursive: true });
      await symlink(join(sys, 'devices', path), join(sys, 'class/block', name));
    }
    const shown = ['/dev/null', '/dev/part', '/images/random'];
    for (const [index, path] of shown.entries()) {
      await mkdir(join(sys, `block/loop${index}/loop`), { recursive: true });
      await writeFile(join(sys, `block/loop${index}/loop/backing_file`), `${path}\n`);
    }
    await mkdir(join(sys, 'block/loop3'));
    const refused = refuseUsed(device, sys).then(
      () => false,
      (error: CafebootError) => error.code === 'in_use',
    );
    expect(await refused).toBe(isUsed);
  },
);
