import { CafebootError } from '../errors.ts';

const volumeName = /^[A-Za-z0-9_-]{1,100}$/;

/** Throws `invalid_value` for a name that must not reach a path, LVM or LIO. */
export function checkVolumeName(name: string): void {
  if (!volumeName.test(name))
    throw new CafebootError('invalid_value', { field: 'volume', value: name });
}

/** Disks are whole sectors: the next multiple of 512 at or above `sizeBytes`. */
export function roundToSector(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 512) * 512;
}
