import type { VolumeStore } from '../storage/volumes.ts';
import type { VersionRow } from '../store/images.ts';

export interface MakingSteps {
  /** Writes its content; none: it stays blank. */
  fill?: ((devicePath: string) => Promise<void>) | undefined;
  /** It is complete: from now on it can be booted. */
  finish: () => void | Promise<void>;
  /** Forgets what was recorded of it. */
  undo: () => void;
}

/** Makes the volume of a version that is recorded as being made; undoes everything where that fails. */
export async function makeVersion(
  volumes: VolumeStore,
  { volume, sizeBytes }: Pick<VersionRow, 'volume' | 'sizeBytes'>,
  { fill, finish, undo }: MakingSteps,
): Promise<void> {
  try {
    await volumes.create(volume, sizeBytes);
    await fill?.(volumes.devicePath(volume));
    await finish();
  } catch (error) {
    await volumes.remove(volume);
    undo();
    throw error;
  }
}
