import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import { describeVolumeStore } from '../contract/volume-store.ts';
import { makeVolumeGroup } from './volume-group.ts';

const options = { volumeGroup: 'cbtest', pool: 'pool', sizeBytes: 2 * 1024 ** 3, run };

describeVolumeStore('lvm-thin', async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  return { start: () => startLvmThin(options), cleanUp };
});

test('an inactive volume is brought back; others of the group and the pool are left alone', async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  try {
    await run('lvcreate', ['-y', '-L', '8m', '-n', 'theirs', 'cbtest']);
    const store = await startLvmThin(options);
    await run('lvcreate', ['-y', '-T', '-V', '8m', '-n', 'cb-theirs', 'cbtest/pool']);
    await store.create('mine', 8 * 1024 ** 2);
    await run('lvchange', ['-an', 'cbtest/cb-mine', 'cbtest/theirs', 'cbtest/cb-theirs']);
    const [inactive, ...others] = await store.list();
    expect(inactive).toMatchObject({ name: 'mine', isActive: false });
    expect(others).toEqual([]);
    await store.activate('mine');
    expect(await store.list()).toMatchObject([{ name: 'mine', isActive: true }]);
    const { stdout } = await run('lvs', ['--noheadings', '-o', 'lv_name,lv_active', 'cbtest']);
    const active = stdout.split('\n').filter((line) => /\bactive/.test(line));
    expect(active.map((line) => line.trim().split(' ')[0])).toEqual(['cb-mine', 'pool']);
  } finally {
    await cleanUp();
  }
});

test("overlays leave nothing in lvm's archive; the group's description is saved once they are made", async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  try {
    const store = await startLvmThin(options);
    const archived = async () =>
      (await readdir('/etc/lvm/archive')).filter((name) => name.startsWith('cbtest'));
    await store.create('golden', 8 * 1024 ** 2);
    const before = await archived();
    await Promise.all([1, 2, 3].map((number) => store.snapshot('golden', `ov-${number}`)));
    await store.remove('ov-2');
    expect(await archived()).toEqual(before);
    await store.close();
    const saved = await readFile('/etc/lvm/backup/cbtest', 'utf8');
    expect(saved.match(/cb-[a-z0-9-]+(?= \{)/g)?.sort()).toEqual([
      'cb-golden',
      'cb-ov-1',
      'cb-ov-3',
    ]);
  } finally {
    await cleanUp();
  }
});

test('a metadata snapshot that a kill left is let go of, at the start and when the next one is needed', async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  const leave = () =>
    run('dmsetup', ['message', 'cbtest-pool-tpool', '0', 'reserve_metadata_snap']);
  const held = async () =>
    (await run('dmsetup', ['status', 'cbtest-pool-tpool'])).stdout.split(' ')[6];
  try {
    const store = await startLvmThin(options);
    await store.create('golden', 8 * 1024 ** 2);
    await leave();
    expect(await store.ownBytes(['golden'])).toEqual(new Map([['golden', 0]]));
    expect(await held()).toBe('-');
    await leave();
    expect(await held()).not.toBe('-');
    await store.close();
    await startLvmThin(options);
    expect(await held()).toBe('-');
  } finally {
    await cleanUp();
  }
});

test('a name of the pool that is no pool, and a group that is not there, are told', async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  try {
    await run('lvcreate', ['-y', '-L', '8m', '-n', 'pool', 'cbtest']);
    const refused = { code: 'storage_unavailable' };
    await expect(startLvmThin(options)).rejects.toMatchObject({
      ...refused,
      cause: { code: 'already_exists' },
    });
    await expect(startLvmThin({ ...options, volumeGroup: 'nobody' })).rejects.toMatchObject({
      ...refused,
      cause: { code: 'not_found' },
    });
  } finally {
    await cleanUp();
  }
});

test('a volume that is open is in use, and stays', async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  try {
    const store = await startLvmThin(options);
    await store.create('open', 8 * 1024 ** 2);
    await run('mkfs.ext4', ['-q', store.devicePath('open')]);
    await run('mount', [store.devicePath('open'), '/mnt']);
    await expect(store.remove('open')).rejects.toMatchObject({ code: 'in_use' });
    await run('umount', ['/mnt']);
    await store.remove('open');
    expect(await store.list()).toEqual([]);
  } finally {
    await cleanUp();
  }
});
