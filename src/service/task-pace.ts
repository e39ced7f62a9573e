/** How fast a task goes; nulls while that is not known. */
export interface Pace {
  perSecond: number | null;
  secondsLeft: number | null;
}

interface Point {
  at: number;
  done: number;
}

/** Looks back so far: a disk that was slow a minute ago says little of now. */
const windowMs = 20_000;
/** Less says more of caches than of disks. */
const leastMs = 2_000;

/** Measures a task by what it tells of its progress. */
export function createPaceMeter() {
  let points: Point[] = [];
  return {
    progress(at: number, done: number): void {
      points = [...points.filter((point) => at - point.at <= windowMs), { at, done }];
    },
    pace(now: number, total: number): Pace {
      const [first] = points;
      const last = points.at(-1);
      if (!first || !last || now - first.at < leastMs)
        return { perSecond: null, secondsLeft: null };
      const perSecond = Math.round(((last.done - first.done) * 1_000) / (now - first.at));
      const left = perSecond > 0 ? Math.ceil((total - last.done) / perSecond) : null;
      return { perSecond, secondsLeft: left };
    },
  };
}

export type PaceMeter = ReturnType<typeof createPaceMeter>;
