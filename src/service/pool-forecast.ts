/** How much of a space was used at a time (epoch milliseconds). */
export interface UsePoint {
  at: number;
  usedBytes: number;
}

const dayMs = 86_400_000;
/** What a forecast looks back on. */
export const forecastSpanMs = 14 * dayMs;
/** Fewer days say nothing: PCs fill their overlays by day and give them back when they boot again. */
const leastDays = 3;
/** Further away is as good as never. */
const farthestDays = 365;
/** A day that was seen for less of it may have had its peak before. */
const leastDayShare = 0.8;

/**
 * In how many days a space of that size is full, from the peaks of the last days: their median growth, so
 * that one day with an import, or one after which much was removed, does not count for more than the others.
 * Undefined where it does not grow, too little is known, or it is more than a year away.
 */
export function forecastFullInDays(
  points: readonly UsePoint[],
  totalBytes: number,
): number | undefined {
  const peaks = dailyPeaks(points);
  if (peaks.length < leastDays) return undefined;
  const bytesPerDay = medianSlope(peaks);
  if (!(bytesPerDay > 0)) return undefined;
  const latest = peaks.at(-1)?.usedBytes ?? 0;
  const days = Math.max(0, (totalBytes - latest) / bytesPerDay);
  return days > farthestDays ? undefined : days;
}

interface DayPeak {
  /** Counted back from the last point: 0, -1, ... */
  day: number;
  usedBytes: number;
}

/** The peak of each day that was seen, oldest first; `points` are in order of time. */
function dailyPeaks(points: readonly UsePoint[]): DayPeak[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  const byDay = Map.groupBy(points, ({ at }) => -Math.floor((last.at - at) / dayMs));
  const oldestShare = ((last.at - first.at) % dayMs) / dayMs;
  return [...byDay]
    .map(([day, seen]) => ({ day, usedBytes: Math.max(...seen.map((each) => each.usedBytes)) }))
    .slice(oldestShare < leastDayShare ? 1 : 0);
}

/** Theil and Sen's: the median of the slopes between every two. */
function medianSlope(peaks: readonly DayPeak[]): number {
  const slopes = peaks.flatMap((a, index) =>
    peaks.slice(index + 1).map((b) => (b.usedBytes - a.usedBytes) / (b.day - a.day)),
  );
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const upper = slopes[middle] ?? 0;
  return slopes.length % 2 === 1 ? upper : ((slopes[middle - 1] ?? 0) + upper) / 2;
}
