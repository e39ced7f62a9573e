import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDiskFiles } from '../../../src/storage/disk-files.ts';
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
