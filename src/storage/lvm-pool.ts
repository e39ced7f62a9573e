import { CafebootError } from '../errors.ts';
import type { Lvm } from './lvm-batch.ts';
import {
  groupFields,
  type LvmVolume,
  parseGroups,
  parseVolumes,
  type VolumeGroup,
  volumeFields,
} from './lvm-report.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/**
 * The unit in which space is given out and copied on write. The smallest that lvm has: a PC's 4 KiB write
 * to a golden disk copies no more than this, and what overlays do not share stays small.
 */
const chunkSizeBytes = 64 * 1024;
/** dm-thin's own limit is 15.81 GiB; lvm rounds what is above. */
export const largestMetadataBytes = 15 * gibibyte;
const smallestMetadataBytes = 16 * mebibyte;
/** Of the group's free space; the rest is what data and metadata can still grow by. */
const dataShare = 0.9;

export interface PoolPlan {
  dataBytes: number;
  metadataBytes: number;
}

/**
 * Sizes of a new pool in a group with so much free space. Metadata takes 64 bytes a chunk, and again as
 * much for what snapshots do not share; a spare of the same size is kept for repairs. `wantedBytes` of 0 is
 * as much as is sensible. Throws `no_space`.
 */
export function planPool(group: VolumeGroup, wantedBytes: number): PoolPlan {
  const round = (bytes: number) =>
    Math.floor(bytes / group.extentSizeBytes) * group.extentSizeBytes;
  const metadataFor = (dataBytes: number) => {
    const bytes = (dataBytes / chunkSizeBytes) * 128;
    return round(Math.min(largestMetadataBytes, Math.max(smallestMetadataBytes, bytes)));
  };
  const most = group.freeBytes * dataShare;
  const dataBytes = round(wantedBytes > 0 ? wantedBytes : most - 2 * metadataFor(most));
  const metadataBytes = metadataFor(dataBytes);
  if (dataBytes < gibibyte / 4 || dataBytes + 2 * metadataBytes > group.freeBytes) {
    const neededBytes = Math.max(dataBytes, gibibyte / 4) + 2 * metadataBytes;
    throw new CafebootError('no_space', { path: group.name, neededBytes });
  }
  return { dataBytes, metadataBytes };
}

export interface ThinPoolOptions {
  volumeGroup: string;
  /** The pool's name: an existing one is adopted, with whatever else is in it left alone. */
  pool: string;
  /** Size of a new pool's data; 0: nine tenths of the group's free space. */
  sizeBytes: number;
}

/** Makes the thin pool where it is not there, activates it, and has it fail writes when it is full. Throws `storage_unavailable`. */
export async function ensureThinPool(lvm: Lvm, options: ThinPoolOptions): Promise<void> {
  const { volumeGroup, pool } = options;
  const path = `${volumeGroup}/${pool}`;
  try {
    const group = await getGroup(lvm, volumeGroup);
    const present = await findVolume(lvm, path);
    if (!present) {
      await makePool(lvm, options, group);
      await failWhenFull(lvm, path);
      return;
    }
    if (!isThinPool(present)) throw new CafebootError('already_exists', { volume: path });
    if (!present.isActive) await lvm.change(['lvchange', '-y', '-ay', path]);
    // An adopted pool, or one whose making broke off. Its disks can be read even where it takes no change now.
    if (!present.failsWhenFull) await failWhenFull(lvm, path).catch(() => undefined);
  } catch (error) {
    throw new CafebootError('storage_unavailable', { path }, { cause: error });
  }
}

async function makePool(lvm: Lvm, options: ThinPoolOptions, group: VolumeGroup): Promise<void> {
  const { volumeGroup, pool, sizeBytes } = options;
  const { dataBytes, metadataBytes } = planPool(group, sizeBytes);
  await lvm.change([
    ...['lvcreate', '-y', '--type', 'thin-pool', '-n', pool],
    ...['-L', `${dataBytes}b`, '--poolmetadatasize', `${metadataBytes}b`],
    // Zeroed chunks: no PC may read what another one wrote. Discards free space, down to the disk.
    ...['--chunksize', `${chunkSizeBytes}b`, '--zero', 'y', '--discards', 'passdown'],
    volumeGroup,
  ]);
}

/**
 * Writes that wait would hang until the PC aborts them, after 30 s, and LIO waits for an aborted command as
 * long as the disk does. lvcreate has no such option for pools.
 */
const failWhenFull = (lvm: Lvm, path: string) =>
  lvm.change(['lvchange', '-y', '--errorwhenfull', 'y', path]);

/** Throws `not_found`. */
export async function getGroup(lvm: Lvm, name: string): Promise<VolumeGroup> {
  const text = await lvm.report(['vgs', '-o', groupFields, name]);
  const [group] = parseGroups(text);
  if (!group) throw new CafebootError('not_found', { volume: name });
  return group;
}

/** `path` is `group/volume`. */
export async function findVolume(lvm: Lvm, path: string): Promise<LvmVolume | undefined> {
  const [group = '', name] = path.split('/');
  const text = await lvm.report(['lvs', '-o', volumeFields, '-S', `lv_name=${name}`, group]);
  return parseVolumes(text)[0];
}

const isThinPool = ({ attributes }: LvmVolume) => attributes.startsWith('t');
