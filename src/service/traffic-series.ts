import type { TrafficSample } from './traffic.ts';

/** Columns of equal length, as uPlot takes them. Rates in bytes per second, boots per minute. */
export interface TrafficSeries {
  /** When each point begins, in epoch seconds. */
  at: number[];
  iscsiRead: number[];
  iscsiWritten: number[];
  tftp: number[];
  http: number[];
  boots: number[];
  sessions: number[];
  poolUsedBytes: (number | null)[];
}

/** Puts samples, which are in order of time, together by `stepMs`. */
export function toSeries(samples: readonly TrafficSample[], stepMs: number): TrafficSeries {
  const groups = [...Map.groupBy(samples, ({ at }) => Math.floor(at / stepMs) * stepMs)];
  const column = (value: (group: TrafficSample[]) => number) =>
    groups.map(([, group]) => value(group));
  const sum = (group: TrafficSample[], field: keyof TrafficSample) =>
    group.reduce((all, sample) => all + (sample[field] ?? 0), 0);
  const per = (unitMs: number, field: keyof TrafficSample) =>
    column((group) => {
      const rate = (sum(group, field) * unitMs) / Math.max(1, sum(group, 'durationMs'));
      return Math.round(rate * 10) / 10;
    });
  return {
    at: groups.map(([at]) => at / 1_000),
    iscsiRead: per(1_000, 'iscsiReadBytes'),
    iscsiWritten: per(1_000, 'iscsiWrittenBytes'),
    tftp: per(1_000, 'tftpBytes'),
    http: per(1_000, 'httpBytes'),
    boots: per(60_000, 'boots'),
    sessions: column((group) => Math.max(...group.map(({ sessions }) => sessions))),
    poolUsedBytes: groups.map(([, group]) => group.at(-1)?.poolUsedBytes ?? null),
  };
}
