import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type DeviceNames,
  getDevice,
  listDisks,
  namesOf,
  parseDevices,
  parseSignatures,
} from '../../../src/storage/block-devices.ts';
import type { Run } from '../../../src/storage/exec.ts';
import { parseLoops } from '../../../src/storage/loops.ts';
import { createLvm } from '../../../src/storage/lvm-batch.ts';
import { createLvmFilter } from '../../../src/storage/lvm-filter.ts';
import { createReadCache, parseMemory, parseReadBytes } from '../../../src/storage/read-cache.ts';

const theirs = 'activation {\n  udev_sync = 0\n}\n';
const lasting = '/dev/disk/by-id/nvme-Model_X.1_S4';
const disk = { lasting, all: ['/dev/nvme0n1', lasting] };
const other = { lasting: '/dev/sdb', all: ['/dev/sdb'] };

/** lvm that has this filter in force. */
const lvmWith =
  (filter: string): Run =>
  async () => {
    if (filter === '') throw new Error('not found');
    return { stdout: `global_filter=${filter}\n`, stderr: '' };
  };

describe('lvm filter', () => {
  async function edit(text: string, filter: string, ...changes: DeviceNames[][]): Promise<string> {
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
    expect(await edit(theirs, '', [disk], [other])).toBe(await edit(theirs, '', [other]));
  });

  test("somebody else's filter stays in force behind ours, and accepts no other name of the disk", async () => {
    const accepting = '["a|^/dev/nvme|","r|.*|"]';
    const hidden = await edit(theirs, accepting, [disk]);
    expect(hidden).toContain(
      '["r|^/dev/nvme0n1$|", "r|^/dev/disk/by-id/nvme-Model_X.1_S4$|", "a|^/dev/nvme|","r|.*|"]',
    );
    expect(await edit(theirs, accepting, [disk], [disk])).toBe(hidden);
    expect(await edit(theirs, accepting, [disk], [])).toBe(theirs);
  });
});

test("a device's names: the one of its identity lasts, all that lead to it are its names", async () => {
  const top = await mkdtemp(join(tmpdir(), 'cafeboot-names-'));
  const directory = join(top, 'disk');
  const path = join(top, 'sdb');
  await writeFile(path, '');
  const links = ['by-id/ata-X', 'by-id/wwn-0x5', 'by-path/pci-0'].map((name) =>
    join(directory, name),
  );
  for (const link of links) {
    await mkdir(dirname(link), { recursive: true });
    await symlink(path, link);
  }
  await symlink('/nowhere', join(directory, 'by-id/dangling'));
  expect(await namesOf(path, directory)).toEqual({ lasting: links[1], all: [path, ...links] });
  expect(await namesOf('/dev/sdz', directory)).toEqual({ lasting: '/dev/sdz', all: ['/dev/sdz'] });
  await rm(top, { recursive: true });
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

test('a disk that cannot be read hides none of the others, and is none to make anything on', async () => {
  const disks = ['/dev/sda', '/dev/null'].map((path) => ({
    path,
    type: 'disk',
    size: 8,
    ro: false,
  }));
  const run: Run = async (program, argv) => {
    const isList = program === 'lsblk';
    if (!isList && argv.includes('/dev/null')) throw new Error('Input/output error');
    const blockdevices = disks.filter(({ path }) => argv.length < 5 || argv.includes(path));
    return { stdout: isList ? JSON.stringify({ blockdevices }) : '', stderr: '' };
  };
  expect(await listDisks(run)).toMatchObject([
    { path: '/dev/sda', isReadable: true },
    { path: '/dev/null', isReadable: false },
  ]);
  await expect(getDevice(run, '/dev/null')).rejects.toThrow('Input/output error');
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

test('a group in use stays as it is; a thousand volumes have time to go and to come back', async () => {
  const limits: [string | undefined, number | undefined][] = [];
  const loop = { name: '/dev/loop0', 'back-file': '/dev/sdb', offset: 0, dio: false };
  const report = { report: [{ pv: [{ pv_name: '/dev/sdb', vg_name: 'cafe' }] }] };
  const run: Run = async (file, argv, { timeoutMs } = {}) => {
    if (file === 'losetup') return { stdout: JSON.stringify({ loopdevices: [loop] }), stderr: '' };
    if (argv[0] === 'pvs') return { stdout: JSON.stringify(report), stderr: '' };
    limits.push([argv.find((each) => /^-a[yn]$/.test(each)), timeoutMs]);
    if (argv.includes('-an')) throw new Error('in use');
    return { stdout: '', stderr: '' };
  };
  const readCache = createReadCache({ volumeGroup: 'cafe', lvm: createLvm(run), run });
  await expect(readCache.move(false)).rejects.toMatchObject({ code: 'in_use' });
  expect(limits).toEqual([
    ['-an', 900_000],
    ['-ay', 900_000],
  ]);
});

test('the kernel counts sectors of 512 bytes, and its block cache in kB', () => {
  expect(parseReadBytes('   11   0   2048   5   0 0 0 0 0 5 5\n')).toBe(1024 ** 2);
  const text = 'MemTotal:  100 kB\nMemFree:   10 kB\nBuffers:   40 kB\nCached: 30 kB\n';
  expect(parseMemory(text)).toEqual({ cachedBytes: 40 * 1024, freeBytes: 10 * 1024 });
});
