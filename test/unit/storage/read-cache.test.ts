import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDevices, parseSignatures } from '../../../src/storage/block-devices.ts';
import type { Run } from '../../../src/storage/exec.ts';
import { parseLoops } from '../../../src/storage/loops.ts';
import { createLvmFilter } from '../../../src/storage/lvm-filter.ts';
import { parseMemory, parseReadBytes } from '../../../src/storage/read-cache.ts';

const theirs = 'activation {\n  udev_sync = 0\n}\n';
const disk = '/dev/disk/by-id/nvme-Model_X.1_S4';

/** lvm that has this filter in force. */
const lvmWith =
  (filter: string): Run =>
  async () => {
    if (filter === '') throw new Error('not found');
    return { stdout: `global_filter=${filter}\n`, stderr: '' };
  };

describe('lvm filter', () => {
  async function edit(text: string, filter: string, ...changes: string[][]): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'cafeboot-filter-'));
    const path = join(directory, 'lvmlocal.conf');
    try {
      await writeFile(path, text);
      const { hide } = createLvmFilter(lvmWith(filter), path);
      for (const disks of changes) await hide(disks);
      return await readFile(path, 'utf8');
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  test('hides disks by their lasting names, keeps what was there, and goes without a trace', async () => {
    const hidden = await edit(theirs, '', [disk]);
    expect(hidden.startsWith(theirs)).toBe(true);
    expect(hidden).toContain('devices/global_filter=["r|^/dev/disk/by-id/nvme-Model_X.1_S4$|"]');
    expect(await edit(theirs, '', [disk], [])).toBe(theirs);
    expect(await edit('', '', [disk], [])).toBe('');
  });

  test('is written once, and again for other disks', async () => {
    expect(await edit(theirs, '', [disk], [disk])).toBe(await edit(theirs, '', [disk]));
    const other = await edit(theirs, '', [disk], ['/dev/sdb']);
    expect(other).toBe(await edit(theirs, '', ['/dev/sdb']));
  });

  test("somebody else's filter stays in force behind ours", async () => {
    const hidden = await edit(theirs, '["a|^/dev/sd|","r|.*|"]', [disk]);
    expect(hidden).toContain('nvme-Model_X.1_S4$|", "a|^/dev/sd|","r|.*|"]');
  });
});

test('lsblk: disks with what is on them, however deep; other devices are left out', () => {
  const node = { size: 8, ro: false, model: null, serial: null, fstype: null, pttype: null };
  const lv = { ...node, path: '/dev/mapper/vg-root', type: 'lvm', mountpoints: ['/', null] };
  const part = { ...node, path: '/dev/sda1', type: 'part', fstype: 'LVM2_member', children: [lv] };
  const sda = { ...node, path: '/dev/sda', type: 'disk', pttype: 'gpt', model: 'X ' };
  const devices = [
    { ...sda, children: [part] },
    { ...node, path: '/dev/loop0', type: 'loop' },
    { ...node, path: '/dev/sdb', type: 'disk', mountpoints: [null] },
  ];
  expect(parseDevices(JSON.stringify({ blockdevices: devices }))).toEqual([
    expect.objectContaining({
      path: '/dev/sda',
      model: 'X',
      holds: ['gpt', '/dev/sda1', 'LVM2_member', '/dev/mapper/vg-root', '/'],
    }),
    expect.objectContaining({ path: '/dev/sdb', holds: [] }),
  ]);
});

test('wipefs and losetup say nothing where there is nothing', () => {
  expect(parseSignatures('')).toEqual([]);
  expect(parseSignatures('{"signatures":[{"type":"gpt"},{"type":"ext4"}]}')).toEqual([
    'gpt',
    'ext4',
  ]);
  expect(parseLoops('')).toEqual([]);
});

test('losetup: loop devices through the page cache over whole disks', () => {
  const row = { name: '/dev/loop0', 'back-file': '/dev/sdb', offset: 0, dio: false };
  const loopdevices = [
    row,
    { ...row, name: '/dev/loop1', offset: 4096 },
    { ...row, name: '/dev/loop2', dio: true },
  ];
  expect(parseLoops(JSON.stringify({ loopdevices }))).toEqual([
    { path: '/dev/loop0', disk: '/dev/sdb' },
  ]);
});

test('the kernel counts sectors of 512 bytes, and its block cache in kB', () => {
  expect(parseReadBytes('   11   0   2048   5   0 0 0 0 0 5 5\n')).toBe(1024 ** 2);
  const text = 'MemTotal:  100 kB\nMemFree:   10 kB\nBuffers:   40 kB\nCached: 30 kB\n';
  expect(parseMemory(text)).toEqual({ cachedBytes: 40 * 1024, freeBytes: 10 * 1024 });
});
