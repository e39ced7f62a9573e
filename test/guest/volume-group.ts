import { run } from '../../src/storage/exec.ts';

/** A disk of the VM for these tests alone. */
export const scratchDisk = '/dev/disk/by-id/virtio-scratch';

/** A volume group of one's own on the VM's scratch disk. */
export async function makeVolumeGroup(name: string, disk = scratchDisk, extentSize = '4m') {
  const sizes = ['--metadatasize', '8m', '--physicalextentsize', extentSize];
  await run('vgcreate', ['-y', ...sizes, name, disk]);
  return async () => {
    await run('vgremove', ['-y', '-f', name]);
    await run('pvremove', ['-y', disk]);
  };
}
