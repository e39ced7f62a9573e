import { run } from '../../src/storage/exec.ts';

/** A volume group of one's own on one of the VM's scratch disks. */
export async function makeVolumeGroup(name: string, disk: string) {
  await run('vgcreate', ['-y', '--metadatasize', '8m', name, disk]);
  return async () => {
    await run('vgremove', ['-y', '-f', name]);
    await run('pvremove', ['-y', disk]);
  };
}
