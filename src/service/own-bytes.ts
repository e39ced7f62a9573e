import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';

export interface OwnBytesDeps {
  store: Store;
  volumes: VolumeStore;
  log: Logger;
  now: () => number;
}

/** Whoever asks waits so long for a new measurement, then has the one before. */
const patienceMs = 1_500;
const freshMs = 60_000;
/** At most this share of the time is spent on measuring: a large pool takes long. */
const restFactor = 20;

/** What the versions and drafts of all images have for themselves alone, in bytes by volume: as it was a while ago. */
export function createOwnBytes({ store, volumes, log, now }: OwnBytesDeps) {
  let known = new Map<string, number>();
  let knownOf = '';
  let nextAt = 0;
  let measuring: Promise<void> | undefined;

  const volumeNames = () =>
    [...store.images.allVersions(), ...store.images.drafts()].map(({ volume }) => volume);

  async function measure(names: string[]): Promise<void> {
    const beganAt = now();
    try {
      known = await volumes.ownBytes(names);
    } catch (error) {
      log.warn({ err: error }, 'what each version has for itself could not be measured');
    }
    knownOf = names.join();
    nextAt = now() + Math.max(freshMs, restFactor * (now() - beganAt));
    measuring = undefined;
  }

  return async (): Promise<ReadonlyMap<string, number>> => {
    const names = volumeNames();
    if (now() >= nextAt || names.join() !== knownOf) measuring ??= measure(names);
    await Promise.race([measuring, sleep(patienceMs, undefined, { ref: false })]);
    return known;
  };
}
