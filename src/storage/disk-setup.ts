import { CafebootError, hasCode } from '../errors.ts';
import { type BlockDevice, getDevice, listDisks, readsAsZeros } from './block-devices.ts';
import { refuseUsed } from './disk-files.ts';
import type { Run } from './exec.ts';
import { runLvm, runReport } from './lvm-batch.ts';
import { groupFields, parseGroups, type VolumeGroup } from './lvm-report.ts';

export interface NewGroup {
  /** The disk as somebody typed it. */
  disk: string;
  volumeGroup: string;
  /** The same name once more, from somebody who knows that all on the disk is lost. */
  erase?: string | undefined;
}

export type DiskSetup = ReturnType<typeof createDiskSetup>;

/** The disks of this machine, and what they can be made. */
export const createDiskSetup = (run: Run) => ({
  list: () => listDisks(run),
  /** Every volume group of this machine; none where there is no lvm. */
  listGroups: () => listGroups(run),
  /**
   * Makes a volume group on a blank disk. Throws `disk_not_empty` for one that holds anything and is not to
   * be erased, `in_use` for one that something on this machine uses (erased or not), `already_exists`.
   */
  makeGroup: (options: NewGroup) => makeGroup(run, options),
});

async function listGroups(run: Run): Promise<VolumeGroup[]> {
  try {
    return parseGroups(await runReport(run, ['vgs', '-o', groupFields]));
  } catch (error) {
    if (hasCode(error, 'command_missing')) return [];
    throw error;
  }
}

async function makeGroup(run: Run, options: NewGroup): Promise<BlockDevice> {
  const { disk, volumeGroup, erase } = options;
  const device = await getDevice(run, disk);
  await refuseTakenName(run, volumeGroup);
  await refuseUsed(device.path);
  if (erase !== disk) await refuseFull(device, disk);
  else await run('wipefs', ['--all', '--force', device.path]);
  // lvm describes every volume in this space, and a big cafe has a thousand.
  const described = ['--metadatasize', '64m', '--dataalignment', '1m'];
  await runLvm(run, ['pvcreate', '-y', ...described, device.path]);
  await runLvm(run, ['vgcreate', '-y', volumeGroup, device.path]);
  return device;
}

async function refuseTakenName(run: Run, volumeGroup: string): Promise<void> {
  try {
    const text = await runReport(run, ['vgs', '-o', groupFields, volumeGroup]);
    if (parseGroups(text).length === 0) return;
  } catch (error) {
    if (hasCode(error, 'not_found')) return;
    throw error;
  }
  throw new CafebootError('already_exists', { volume: volumeGroup });
}

async function refuseFull(device: BlockDevice, disk: string): Promise<void> {
  const holds = device.holds.join(', ');
  if (holds !== '') throw new CafebootError('disk_not_empty', { disk, holds });
  if (!(await readsAsZeros(device))) {
    throw new CafebootError('disk_not_empty', { disk, holds: 'data' });
  }
}
