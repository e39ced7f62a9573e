import type { FileHandle } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { flushVolume, writeData } from '../../../src/storage/copy.ts';

const failing = (code: string) => {
  const fail = () => Promise.reject(Object.assign(new Error(code), { code }));
  return { write: fail, sync: fail } as unknown as FileHandle;
};

test.each([
  ['ENOSPC', 'no_space'],
  ['EIO', 'no_space'],
  ['ENODEV', 'ENODEV'],
])('%s of a volume, at a write or only at the flush, is %s', async (errno, code) => {
  const volume = failing(errno);
  await expect(writeData(volume, Buffer.alloc(512, 1), 0)).rejects.toMatchObject({ code });
  await expect(flushVolume(volume)).rejects.toMatchObject({ code });
});
