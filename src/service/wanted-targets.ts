import type { TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { targetSpec } from './target-spec.ts';

/** A target that should be there, and whose it is. */
export interface WantedTarget {
  name: string;
  /** Names people know it by; null for drafts' targets, which no one host has. */
  host: string | null;
  mac: string | null;
  entry: string | null;
  /** Runs `work` in the turn of whatever it belongs to, with the target as it is wanted then; not where it is no more. */
  inTurn(work: (spec: TargetSpec) => Promise<void>): Promise<void>;
}

/**
 * A host's own target, from the overlays that it exports; undefined where it exports none by that name, or
 * lacks one: where a volume was lost, the others would be taken for it.
 */
export function findOwnTarget(
  store: Store,
  volumes: VolumeStore,
  name: string,
): TargetSpec | undefined {
  const disks = store.overlays.exportedBy(name);
  const [first] = disks;
  if (!first || disks.some(({ lun }, place) => lun !== place)) return undefined;
  const { hostId: owner, chapSecret } = first;
  return targetSpec(volumes, { name, owner, disks, chapSecret });
}
