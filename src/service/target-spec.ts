import type { ChapLogin, TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';

/** What a boot script needs to attach a PC's disks. */
export interface AttachedDisk {
  target: string;
  initiator: string;
  /** LUN of the os disk. */
  lun: number;
  /** Null where the PC logs in without. */
  chap: ChapLogin | null;
}

/** A volume to export, of an image. */
interface Disk {
  imageId: number;
  volume: string;
}

/** What makes a target; `chapSecret` is null for no CHAP. */
interface TargetParts {
  name: string;
  owner: number;
  disks: readonly Disk[];
  chapSecret: string | null;
}

/**
 * A target with these disks, in LUN order, for the initiator of its own name, which is the CHAP user
 * name too: no other target has it. OSes find disks again by
 * serial, so it names the image and its `owner` (a host's id, 0 for drafts), not the volume.
 */
export function targetSpec(
  volumes: VolumeStore,
  { name, owner, disks, chapSecret }: TargetParts,
): TargetSpec {
  const luns = disks.map(({ imageId, volume }) => ({
    devicePath: volumes.devicePath(volume),
    serial: `cb${imageId}-${owner}`,
  }));
  const chap = chapSecret === null ? undefined : { userName: name, secret: chapSecret };
  return { name, initiator: name, luns, ...(chap && { chap }) };
}

/** How a PC attaches the target's first disk. */
export function attachedDisk(
  { firstLun }: TargetServer,
  { name, initiator, chap }: TargetSpec,
): AttachedDisk {
  return { target: name, initiator, lun: firstLun, chap: chap ?? null };
}
