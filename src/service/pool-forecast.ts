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
 * In how many days a space of that size is full, if the next days are like most of the last ones: a day with
 * an import, or one on which much was removed, says nothing of the days to come. Days are told by their peaks.
 * Undefined where it does not grow, too little is known, or it is more than a year away.
 */
export function forecastFullInDays(
  points: readonly UsePoint[],
  totalBytes: number,
): number | undefined {
  const peaks = dailyPeaks(points);
  if (peaks.length < leastDays) return undefined;
  const bytesPerDay = usualGrowth(peaks);
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

/** The mean of the middle half of what the days added, in bytes a day. */
function usualGrowth(peaks: readonly DayPeak[]): number {
  const added = peaks
    .slice(1)
    .map(({ day, usedBytes }, index) => {
      const before = peaks[index] ?? { day, usedBytes };
      return (usedBytes - before.usedBytes) / (day - before.day);
    })
    .sort((a, b) => a - b);
  const dropped = added.length < 3 ? 0 : Math.max(1, Math.floor(added.length / 4));
  const middle = added.slice(dropped, added.length - dropped);
  return middle.reduce((sum, bytes) => sum + bytes, 0) / middle.length;
}
