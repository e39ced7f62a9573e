import type { Logger } from 'pino';
import { hasCode } from '../errors.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { VersionRow } from '../store/images.ts';
import type { VolumeLife } from './volume-life.ts';

export interface MakingDeps {
  volumes: VolumeStore;
  volumeLife: VolumeLife;
  log: Logger;
}

export interface MakingSteps {
  /** Writes its content; none: it stays blank. */
  fill?: ((devicePath: string) => Promise<void>) | undefined;
  /** It is complete: from now on it can be booted. */
  finish: () => void | Promise<void>;
  /** Forgets what was recorded of it. */
  undo: () => void;
}

type Making = Pick<VersionRow, 'volume' | 'sizeBytes'>;

/** Makes the volume of a version that is recorded as being made; undoes everything where that fails. */
export async function makeVersion(
  deps: MakingDeps,
  version: Making,
  { fill, finish, undo }: MakingSteps,
): Promise<void> {
  const { volumes } = deps;
  const { volume, sizeBytes } = version;
  try {
    await volumes.create(volume, sizeBytes);
  } catch (error) {
    // A volume that was there before is somebody's, such as of an image that a restored backup does not know.
    const names = hasCode(error, 'already_exists') ? [] : [volume];
    await giveUpVersion(deps, names, undo);
    throw error;
  }
  try {
    await fill?.(volumes.devicePath(volume));
    await finish();
  } catch (error) {
    await giveUpVersion(deps, [volume], undo);
    throw error;
  }
}

/**
 * What was begun of a version goes, its volumes at the latest with a later look at the storage. Why it did not
 * come to be is what people are told, so what fails here is only logged.
 */
export async function giveUpVersion(
  { volumeLife, log }: Pick<MakingDeps, 'volumeLife' | 'log'>,
  volumes: readonly string[],
  undo: () => void,
): Promise<void> {
  try {
    await volumeLife.discard(volumes, undo);
  } catch (error) {
    log.error({ err: error, volumes }, 'an image that was not completed is left');
  }
}
