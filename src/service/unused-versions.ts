import type { VersionRow } from '../store/images.ts';

/**
 * The versions that may go, oldest first: complete, in nobody's use, and of their image not among the
 * `kept` newest of those; none where `kept` is 0, which keeps all.
 */
export function chooseUnused(
  versions: readonly VersionRow[],
  usedIds: ReadonlySet<number | null>,
  kept: number,
): VersionRow[] {
  if (kept === 0) return [];
  const unused = versions.filter(({ id, state }) => state === 'ready' && !usedIds.has(id));
  return [...Map.groupBy(unused, ({ imageId }) => imageId).values()]
    .flatMap((ofImage) => ofImage.sort((a, b) => b.number - a.number).slice(kept))
    .sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
}
