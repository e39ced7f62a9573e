import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';

/** What a boot script needs to attach a PC's disks. */
export interface AttachedDisk {
  target: string;
  initiator: string;
  /** LUN of the os disk. */
  lun: number;
}

/** A volume to export, of an image. */
interface Disk {
  imageId: number;
  volume: string;
}

/**
 * A target with these disks, in LUN order, for the initiator of its own name. OSes find disks again by
 * serial, so it names the image and its `owner` (a host's id, 0 for drafts), not the volume.
 */
export function targetSpec(
  volumes: VolumeStore,
  { name, owner, disks }: { name: string; owner: number; disks: readonly Disk[] },
): TargetSpec {
  const luns = disks.map(({ imageId, volume }) => ({
    devicePath: volumes.devicePath(volume),
    serial: `cb${imageId}-${owner}`,
  }));
  return { name, initiator: name, luns };
}

/** How a PC attaches the target's first disk. */
export function attachedDisk(
  { firstLun }: TargetServer,
  { name, initiator }: TargetSpec,
): AttachedDisk {
  return { target: name, initiator, lun: firstLun };
}
