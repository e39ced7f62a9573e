import { CafebootError } from '../errors.ts';
import type { Lvm } from './lvm-batch.ts';
import { findVolume, largestMetadataBytes } from './lvm-pool.ts';
import type { LvmVolume } from './lvm-report.ts';
import type { Capacity, PoolHealth, PoolSpace } from './volumes.ts';

/** Ninth character of a thin pool's `lv_attr` (lvs(8)). */
const healthByAttribute: Partial<Record<string, PoolHealth>> = {
  D: 'full',
  M: 'read-only',
  F: 'failed',
};

const share = (sizeBytes: number, percent: number) => Math.round((sizeBytes * percent) / 100);

/** `path` is `group/pool`. Throws `storage_unavailable` where it is not there. */
async function getPool(lvm: Lvm, path: string): Promise<LvmVolume> {
  const found = await findVolume(lvm, path);
  if (!found) throw new CafebootError('storage_unavailable', { path });
  return found;
}

/** What one `lvs` tells of a pool and its group. */
export async function readCapacity(lvm: Lvm, path: string): Promise<Capacity> {
  const pool = await getPool(lvm, path);
  const { sizeBytes, dataPercent, metadataSizeBytes, metadataPercent, attributes } = pool;
  return {
    totalBytes: sizeBytes,
    usedBytes: share(sizeBytes, dataPercent),
    metadata: {
      totalBytes: metadataSizeBytes,
      usedBytes: share(metadataSizeBytes, metadataPercent),
    },
    health: healthByAttribute[attributes[8] ?? ''] ?? (dataPercent >= 100 ? 'full' : 'good'),
    growableBytes: pool.groupFreeBytes,
  };
}

/** Online: who writes meanwhile waits a moment. */
export async function growPool(
  lvm: Lvm,
  path: string,
  space: PoolSpace,
  byBytes: number,
): Promise<void> {
  const { extentSizeBytes, metadataSizeBytes } = await getPool(lvm, path);
  const possibleBytes = space === 'data' ? byBytes : largestMetadataBytes - metadataSizeBytes;
  const wantedBytes = Math.max(0, Math.min(byBytes, possibleBytes));
  const roundedBytes = Math.floor(wantedBytes / extentSizeBytes) * extentSizeBytes;
  if (roundedBytes === 0)
    throw new CafebootError('no_space', { path, neededBytes: extentSizeBytes });
  const size = space === 'data' ? '-L' : '--poolmetadatasize';
  await lvm.change(['lvextend', '-y', size, `+${roundedBytes}b`, path]);
}
