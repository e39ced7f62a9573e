import type { Capacity, PoolSpace } from '../storage/volumes.ts';
import { isAtLeast, type PoolReading } from './pool-state.ts';

export type PoolStep =
  /** Of PCs that are off, several at a time. */
  | { action: 'free-overlays' }
  /** The oldest that nobody needs. */
  | { action: 'free-version' }
  | { action: 'grow'; space: PoolSpace; byBytes: number };

/** Steps that are the same but for how much. */
export type StepKey = 'free-overlays' | 'free-version' | `grow-${PoolSpace}`;

export const stepKey = (step: PoolStep): StepKey =>
  step.action === 'grow' ? `grow-${step.space}` : step.action;

const mebibyte = 1024 ** 2;
/** Of a space's size, what it grows by at once. */
const growthShare = { data: 0.1, metadata: 0.5 };
const leastGrowthBytes = { data: 1024 * mebibyte, metadata: 16 * mebibyte };
/** Growing by less is not worth the moment that writers wait. */
const smallestGrowthBytes = { data: 64 * mebibyte, metadata: 4 * mebibyte };

/**
 * What to do next about a pool that fills: overlays of PCs that are off go first, then old versions, then
 * data grows. Metadata grows before all that, since little else gives any back; and so does data that is
 * full already, since PCs' writes fail meanwhile. `spent` are steps that brought nothing just now.
 * Undefined where all is well or nothing is left to do.
 */
export function nextPoolStep(
  { capacity, levels: { data, metadata } }: PoolReading,
  mayGrow: boolean,
  spent: ReadonlySet<StepKey>,
): PoolStep | undefined {
  const { health } = capacity;
  if (health === 'failed') return undefined;
  const isReadOnly = health === 'read-only';
  const isFull = health === 'full';
  const dataPressed = isFull || isAtLeast(data, 'free');
  const metadataPressed = isReadOnly || isAtLeast(metadata, 'free');
  const grow = (space: PoolSpace): PoolStep[] => {
    const byBytes = mayGrow ? growthBytes(capacity, space) : 0;
    return byBytes > 0 ? [{ action: 'grow', space, byBytes }] : [];
  };
  const steps: PoolStep[] = [
    ...(metadataPressed ? grow('metadata') : []),
    ...(isFull ? grow('data') : []),
  ];
  // A read-only pool lets nothing be removed.
  if (!isReadOnly && (dataPressed || metadataPressed)) {
    steps.push({ action: 'free-overlays' }, { action: 'free-version' });
    if (dataPressed) steps.push(...grow('data'));
  }
  return steps.find((step) => !spent.has(stepKey(step)));
}

/** How much a space should grow by; 0 where the group has too little left. */
function growthBytes({ growableBytes = 0, ...capacity }: Capacity, space: PoolSpace): number {
  const metadataBytes = capacity.metadata?.totalBytes ?? 0;
  const wanted = (of: PoolSpace, sizeBytes: number) =>
    Math.max(leastGrowthBytes[of], sizeBytes * growthShare[of]);
  const metadataWantedBytes = wanted('metadata', metadataBytes);
  // Metadata has a spare of its size; and data leaves what metadata will need to grow once more.
  const byBytes =
    space === 'metadata'
      ? Math.min(metadataWantedBytes, growableBytes / 2)
      : Math.min(wanted('data', capacity.totalBytes), growableBytes - 2 * metadataWantedBytes);
  return byBytes < smallestGrowthBytes[space] ? 0 : Math.floor(byBytes);
}
