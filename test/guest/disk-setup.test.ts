import { realpath } from 'node:fs/promises';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { namesOf } from '../../src/storage/block-devices.ts';
import { createDiskSetup } from '../../src/storage/disk-setup.ts';
import { run } from '../../src/storage/exec.ts';
import { scratchDisk as disk } from './volume-group.ts';

const { list, makeGroup } = createDiskSetup(run);
const volumeGroup = 'cbtest';
const notEmpty = { code: 'disk_not_empty' };

async function holds(): Promise<string[]> {
  const path = await realpath(disk);
  return (await list()).find((each) => each.path === path)?.holds ?? [];
}

/** Others leave data where they had their volumes. */
async function blank(): Promise<void> {
  await run('umount', [disk]).catch(() => {});
  await run('vgremove', ['-y', '-f', volumeGroup]).catch(() => {});
  await run('wipefs', ['--all', '--force', disk]);
  await run('blkdiscard', [disk]);
}

beforeEach(blank);
afterAll(blank);

test('a blank disk becomes a volume group; its lasting name is known', async () => {
  expect(await holds()).toEqual([]);
  await makeGroup({ disk, volumeGroup });
  expect((await run('vgs', ['--noheadings', '-o', 'vg_name'])).stdout).toContain(volumeGroup);
  expect(await holds()).toEqual(['LVM2_member']);
  expect(await namesOf(await realpath(disk))).toMatchObject({ lasting: disk });
  await expect(makeGroup({ disk, volumeGroup })).rejects.toMatchObject({ code: 'already_exists' });
  await expect(makeGroup({ disk, volumeGroup: 'other' })).rejects.toMatchObject(notEmpty);
});

test('a disk that holds something is refused, and erased only for somebody who names it again', async () => {
  await run('mkfs.ext4', ['-q', disk]);
  await expect(makeGroup({ disk, volumeGroup })).rejects.toMatchObject({
    ...notEmpty,
    context: { holds: 'ext4' },
  });
  const erase = await realpath(disk);
  await expect(makeGroup({ disk, volumeGroup, erase })).rejects.toMatchObject(notEmpty);
  await makeGroup({ disk, volumeGroup, erase: disk });
  expect(await holds()).toEqual(['LVM2_member']);
});

test('so is one with data of no known kind, and one that is mounted, whatever is said', async () => {
  const middle = ['bs=1M', 'count=1', 'seek=1024', 'conv=fsync', 'status=none'];
  await run('dd', ['if=/dev/urandom', `of=${disk}`, ...middle]);
  await expect(makeGroup({ disk, volumeGroup })).rejects.toMatchObject(notEmpty);
  await run('mkfs.ext4', ['-q', disk]);
  await run('mount', [disk, '/mnt']);
  await expect(makeGroup({ disk, volumeGroup, erase: disk })).rejects.toMatchObject({
    code: 'in_use',
  });
});

test('what is no disk is told', async () => {
  const missing = makeGroup({ disk: '/dev/no-such-disk', volumeGroup });
  await expect(missing).rejects.toMatchObject({ code: 'not_found' });
  const aFile = makeGroup({ disk: '/dev/null', volumeGroup });
  await expect(aFile).rejects.toMatchObject({ code: 'invalid_value' });
});
