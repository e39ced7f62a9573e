import { spawn } from 'node:child_process';
import { mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDiskFiles } from '../../src/storage/disk-files.ts';
import { type DiskFormat, diskFormats } from '../../src/storage/disk-formats.ts';
import { run } from '../../src/storage/exec.ts';

const mebibyte = 1024 ** 2;
const diskBytes = 64 * mebibyte;
const files = createDiskFiles(run);
let directory: string;
const at = (name: string) => join(directory, name);

const options = () => {
  const shares: number[] = [];
  return {
    shares,
    signal: new AbortController().signal,
    onProgress: (done: number, total: number) => void shares.push(done / total),
  };
};

/** A new volume as a store makes it: of that size, without a single block. */
async function makeVolume(name: string): Promise<string> {
  await writeFile(at(name), '');
  await truncate(at(name), diskBytes);
  return at(name);
}

const qemuName = (format: DiskFormat) => (format === 'vhd' ? 'vpc' : format);

const isSame = async (a: string, b: string) => {
  await run('cmp', [a, b]);
  return true;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cafeboot-disks-'));
  // Data at both ends and in the middle, holes between.
  await makeVolume('disk.raw');
  await using file = await open(at('disk.raw'), 'r+');
  for (const start of [0, 30 * mebibyte, diskBytes - mebibyte]) {
    await file.write(Buffer.alloc(mebibyte, `at ${start} `), 0, mebibyte, start);
  }
});
afterAll(() => rm(directory, { recursive: true }));

describe.each(diskFormats)('%s', (format) => {
  test('is imported byte for byte, thin, and exported so again', async () => {
    const source = at(`source.${format}`);
    const toFormat = ['-O', qemuName(format), at('disk.raw'), source];
    const exactly = format === 'vhd' ? ['-o', 'force_size=on'] : [];
    await run('qemu-img', ['convert', '-f', 'raw', ...exactly, ...toFormat]);
    const found = await files.inspect(source);
    expect(found).toEqual({ path: source, format, sizeBytes: diskBytes });

    const volume = await makeVolume(`volume-${format}`);
    const progress = options();
    await files.copyIn(found, volume, progress);
    expect(await isSame(at('disk.raw'), volume)).toBe(true);
    expect((await stat(volume)).blocks * 512).toBeLessThan(10 * mebibyte);
    expect(progress.shares.at(-1)).toBe(1);

    const exported = at(`exported.${format}`);
    await files.copyOut(volume, diskBytes, exported, format, options());
    expect(await files.inspect(exported)).toMatchObject({ format });
    await run('qemu-img', ['compare', exported, at('disk.raw')]);
    await expect(
      files.copyOut(volume, diskBytes, exported, format, options()),
    ).rejects.toMatchObject({ code: 'already_exists' });
  });
});

test('a disk file that refers to another file is refused', async () => {
  await writeFile(at('secret'), 'x'.repeat(4096));
  const backing = ['-b', at('secret'), '-F', 'raw'];
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...backing, at('overlay.qcow2'), '1M']);
  const data = ['-o', `data_file=${at('data')}`];
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...data, at('external.qcow2'), '1M']);
  const vmdk = (name: string, ...args: string[]) =>
    run('qemu-img', ['create', '-q', '-f', 'vmdk', ...args, at(name), '1M']);
  await vmdk('flat.vmdk', '-o', 'subformat=monolithicFlat');
  await vmdk('base.vmdk');
  await vmdk('child.vmdk', '-F', 'vmdk', '-b', at('base.vmdk'));
  // What nobody opens need not be there.
  for (const name of ['data', 'flat-flat.vmdk', 'base.vmdk']) await rm(at(name));
  for (const [name, other] of [
    ['overlay.qcow2', at('secret')],
    ['external.qcow2', 'qcow2 data file'],
    ['flat.vmdk', 'VMDK extent'],
    ['child.vmdk', at('base.vmdk')],
  ] as const) {
    const refused = { code: 'disk_file_refers', context: { other } };
    await expect(files.inspect(at(name))).rejects.toMatchObject(refused);
  }
});

test('what is of another kind, empty, or no file, is refused', async () => {
  const ofKind = (path: string, format?: DiskFormat) => files.inspect(at(path), format);
  await writeFile(at('empty'), '');
  await expect(ofKind('empty')).rejects.toMatchObject({ code: 'invalid_value' });
  await expect(ofKind('.')).rejects.toMatchObject({ code: 'invalid_value' });
  await expect(ofKind('nothing')).rejects.toMatchObject({ code: 'not_found' });
  await expect(ofKind('disk.raw', 'vhdx')).rejects.toMatchObject({ code: 'disk_file_unknown' });
  await run('qemu-img', [
    'create',
    '-q',
    '-f',
    'luks',
    '--object',
    'secret,id=s,data=a',
    '-o',
    'key-secret=s,iter-time=10',
    at('luks'),
    '1M',
  ]);
  await expect(ofKind('luks')).rejects.toMatchObject({ code: 'disk_file_unknown' });
});

test('a VHD of fixed size, which only its end tells', async () => {
  const exactly = ['-o', 'subformat=fixed,force_size=on'];
  await run('qemu-img', ['convert', '-O', 'vpc', ...exactly, at('disk.raw'), at('fixed.vhd')]);
  const found = await files.inspect(at('fixed.vhd'));
  expect(found).toMatchObject({ format: 'vhd', sizeBytes: diskBytes });
  expect(await files.inspect(at('fixed.vhd'), 'vhd')).toEqual(found);
  const volume = await makeVolume('volume-fixed');
  await files.copyIn(found, volume, options());
  expect(await isSame(at('disk.raw'), volume)).toBe(true);
});

test('a packed disk is refused by its name', async () => {
  await writeFile(at('disk.raw.gz'), Buffer.from([0x1f, 0x8b, 8, 0]));
  const refused = { code: 'disk_file_unknown', context: { format: 'gzip' } };
  await expect(files.inspect(at('disk.raw.gz'))).rejects.toMatchObject(refused);
});

test('a full destination is named, and left as it was', async () => {
  await run('truncate', ['-s', '8M', at('usb.img')]);
  await run('mkfs.ext4', ['-q', at('usb.img')]);
  await run('mkdir', [at('usb')]);
  await run('mount', ['-o', 'loop', at('usb.img'), at('usb')]);
  try {
    // Zeros are not written: what is in the disk must not fit.
    await run('dd', ['if=/dev/urandom', `of=${at('full.raw')}`, 'bs=1M', 'count=16']);
    await expect(
      files.copyOut(at('full.raw'), 16 * mebibyte, at('usb/win.qcow2'), 'qcow2', options()),
    ).rejects.toMatchObject({ code: 'destination_full' });
    expect(await readdir(at('usb'))).toEqual(['lost+found']);
  } finally {
    await run('umount', [at('usb')]);
  }
});

test('a copy does not outlive the program that asked for it', async () => {
  const program = `
    import { run } from '${join(import.meta.dirname, '../../src/storage/exec.ts')}';
    await run('sleep', ['600.25'], { diesWithUs: true });`;
  const asker = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const copies = async () =>
    (await run('ps', ['-o', 'args=', '--ppid', String(asker.pid)]).catch(() => undefined))?.stdout;
  await expect.poll(copies, { timeout: 10_000 }).toBe('sleep 600.25');
  const { stdout: pid } = await run('ps', ['-o', 'pid=', '--ppid', String(asker.pid)]);
  asker.kill('SIGKILL');
  const isThere = () =>
    stat(`/proc/${pid.trim()}`).then(
      () => true,
      () => false,
    );
  await expect.poll(isThere, { timeout: 10_000 }).toBe(false);
});

test('a cancelled export leaves nothing behind', async () => {
  const controller = new AbortController();
  const aborted = files.copyOut(at('disk.raw'), diskBytes, at('cut.vmdk'), 'vmdk', {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(aborted).rejects.toMatchObject({ code: 'task_cancelled' });
  expect((await readdir(directory)).filter((name) => name.startsWith('cut'))).toEqual([]);
});

test('a disk in use is refused, a free one is imported whole', async () => {
  const volume = await makeVolume('attached.img');
  await run('mkfs.xfs', ['-q', '-f', '-d', `size=300m,file,name=${at('fs.img')}`]);
  const { stdout: device } = await run('losetup', ['--find', '--show', at('fs.img')]);
  try {
    await run('mkdir', [at('mount')]);
    await run('mount', [device, at('mount')]);
    await expect(files.inspect(device)).rejects.toMatchObject({ code: 'in_use' });
    await run('umount', [at('mount')]);
    const found = await files.inspect(device);
    expect(found).toEqual({ path: device, format: 'raw', sizeBytes: 300 * mebibyte });
    await truncate(volume, found.sizeBytes);
    await files.copyIn(found, volume, options());
    expect(await isSame(at('fs.img'), volume)).toBe(true);
  } finally {
    await run('losetup', ['--detach', device]);
  }
});
