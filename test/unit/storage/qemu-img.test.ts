import { describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { Run } from '../../../src/storage/exec.ts';
import { createQemuImg, parseInfo, parseProgress } from '../../../src/storage/qemu-img.ts';

const control = { signal: new AbortController().signal, onProgress: () => {} };
const failing = (stderr: string): Run => {
  return async () => {
    throw new CafebootError('command_failed', { command: 'qemu-img', exitCode: 1, stderr });
  };
};

describe('qemu-img', () => {
  test.each([
    ['    (0.00/100%)\r    (12.50/100%)\r', 0.125],
    ['    (100.00/100%)\r\n', 1],
    ['(12.5', undefined],
    ['', undefined],
  ])('%j is a share of %s', (text, share) => expect(parseProgress(text)).toBe(share));

  const info = (more: object) => JSON.stringify({ format: 'vmdk', 'virtual-size': 512, ...more });
  test('other files that stand further inside are found too, and named', () => {
    expect(parseInfo(info({}), '/d')).toEqual({ format: 'vmdk', virtualSizeBytes: 512 });
    for (const more of [
      { 'backing-filename': '/etc/passwd' },
      { 'format-specific': { data: { 'data-file': '/etc/passwd' } } },
      {
        'format-specific': { data: { extents: [{ filename: '/d' }, { filename: '/etc/passwd' }] } },
      },
    ]) {
      expect(() => parseInfo(info(more), '/d')).toThrowError(
        'disk_file_refers {"path":"/d","other":"/etc/passwd"}',
      );
    }
  });

  test.each([
    ['qemu-img: error while writing at byte 65536: No space left on device', 'no_space'],
    ['qemu-img: error while writing at byte 65536: Input/output error', 'no_space'],
    ['qemu-img: error while reading at byte 0: Input/output error', 'command_failed'],
  ])('an import that ends with %j', async (stderr, code) => {
    const copy = createQemuImg(failing(stderr)).toVolume('/d', 'qcow2', '/dev/null', control);
    await expect(copy).rejects.toMatchObject({ code });
  });

  test('an export to a full disk says which, anything else what failed', async () => {
    const write = (stderr: string) =>
      createQemuImg(failing(stderr)).fromVolume('/dev/null', '/mnt/usb/a.vhd', 'vhd', control);
    await expect(write('error while writing: No space left on device')).rejects.toMatchObject({
      code: 'destination_full',
      context: { path: '/mnt/usb/a.vhd' },
    });
    await expect(write('Permission denied')).rejects.toMatchObject({ code: 'command_failed' });
  });

  test('a cancelled copy is cancelled, not broken', async () => {
    const run: Run = async () => {
      throw new CafebootError('task_cancelled');
    };
    const copy = createQemuImg(run).toVolume('/d', 'qcow2', '/dev/null', control);
    await expect(copy).rejects.toMatchObject({ code: 'task_cancelled' });
  });
});
