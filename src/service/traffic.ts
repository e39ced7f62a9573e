import type { Session } from '../storage/targets.ts';
import type { Store } from '../store/store.ts';
import type { TrafficMinute } from '../store/traffic-minutes.ts';
import type { Counters } from './counters.ts';
import { createSessionMeter, macOfSession } from './session-meter.ts';
import { type TrafficSeries, toSeries } from './traffic-series.ts';

export interface TrafficDeps {
  store: Store;
  kind: 'tgt' | 'lio';
  counters: Counters;
  findMacAt: (address: string) => string | undefined;
  /** As it was measured last. */
  poolUsedBytes: () => number | null;
  now: () => number;
}

/** What one PC moves now, in bytes per second. */
export interface HostRate {
  readBytesPerSecond: number;
  writtenBytesPerSecond: number;
}

/** A stretch of time that was looked at; bytes and boots are totals of it. */
export interface TrafficSample extends TrafficMinute {
  /** `at` is when it begins. */
  durationMs: number;
}

const sampleMs = 5_000;
const minuteMs = 60_000;
const ringMs = 3_600_000;
const ringLimit = ringMs / sampleMs;
const keptMs = 30 * 86_400_000;
const nothing: HostRate = { readBytesPerSecond: 0, writtenBytesPerSecond: 0 };

export type Traffic = ReturnType<typeof createTraffic>;

/** How much goes through the server: an hour in memory by seconds, a month in the store by minutes. */
export function createTraffic(deps: TrafficDeps) {
  const { store, counters, now } = deps;
  const meter = createSessionMeter(deps.kind);
  let ring: TrafficSample[] = [];
  let minute: TrafficMinute | undefined;
  let rates = new Map<string, HostRate>();
  let since = now();
  let total = emptyTotals();
  let byMac = new Map<string, { read: number; written: number }>();
  const watched = ['tftp.bytes', 'http.bytes', 'http.script.menu'] as const;
  let counted = watched.map(counters.get);

  function endSample(at: number, sessions: number): void {
    const durationMs = at - since;
    const latest = watched.map(counters.get);
    const [tftpBytes = 0, httpBytes = 0, boots = 0] = latest.map(
      (value, index) => value - (counted[index] ?? 0),
    );
    counted = latest;
    const poolUsedBytes = deps.poolUsedBytes();
    const sample = { at: since, ...total, tftpBytes, httpBytes, boots, sessions, poolUsedBytes };
    ring = [...ring.slice(1 - ringLimit), { ...sample, durationMs }];
    addToMinute(sample);
    const perSecond = (bytes: number) => Math.round((bytes * 1_000) / durationMs);
    rates = new Map(
      [...byMac].map(([mac, { read, written }]) => [
        mac,
        { readBytesPerSecond: perSecond(read), writtenBytesPerSecond: perSecond(written) },
      ]),
    );
    since = at;
    total = emptyTotals();
    byMac = new Map();
  }

  function addToMinute(sample: TrafficMinute): void {
    const at = Math.floor(sample.at / minuteMs) * minuteMs;
    if (minute && minute.at !== at) flush();
    minute = minute ? addUp(minute, sample) : { ...sample, at };
  }

  function flush(): void {
    if (minute) store.trafficMinutes.add(minute);
    minute = undefined;
  }

  return {
    /** The session watch has looked. */
    saw(sessions: readonly Session[]): void {
      for (const { session, readBytes, writtenBytes } of meter(sessions)) {
        counters.add('iscsi.read-bytes', readBytes);
        counters.add('iscsi.written-bytes', writtenBytes);
        total.iscsiReadBytes += readBytes;
        total.iscsiWrittenBytes += writtenBytes;
        const mac = macOfSession(session, deps.findMacAt);
        if (mac === undefined) continue;
        const own = byMac.get(mac) ?? { read: 0, written: 0 };
        byMac.set(mac, { read: own.read + readBytes, written: own.written + writtenBytes });
      }
      const at = now();
      if (at - since >= sampleMs) endSample(at, sessions.length);
    },

    /** As of some seconds ago. */
    rateOf: (mac: string): HostRate => rates.get(mac) ?? nothing,
    /** Every PC that has a disk. */
    rates: (): ReadonlyMap<string, HostRate> => rates,
    latest: (): TrafficSample | undefined => ring.at(-1),

    /** From `from` on (epoch milliseconds), one point each `stepMs`; the last hour has finer ones than minutes. */
    series(from: number, stepMs: number): TrafficSeries {
      const isFine = stepMs < minuteMs && from >= now() - ringMs;
      if (isFine)
        return toSeries(
          ring.filter(({ at }) => at >= from),
          Math.max(stepMs, sampleMs),
        );
      const step = Math.max(minuteMs, Math.floor(stepMs / minuteMs) * minuteMs);
      const stored = store.trafficMinutes.list(from, step);
      return toSeries(
        stored.map((each) => ({ ...each, durationMs: step })),
        step,
      );
    },

    prune: (): void => store.trafficMinutes.prune(now() - keptMs),
    /** Writes the minute that is not over. */
    close: flush,
  };
}

const emptyTotals = () => ({ iscsiReadBytes: 0, iscsiWrittenBytes: 0 });

function addUp(minute: TrafficMinute, sample: TrafficMinute): TrafficMinute {
  return {
    at: minute.at,
    iscsiReadBytes: minute.iscsiReadBytes + sample.iscsiReadBytes,
    iscsiWrittenBytes: minute.iscsiWrittenBytes + sample.iscsiWrittenBytes,
    tftpBytes: minute.tftpBytes + sample.tftpBytes,
    httpBytes: minute.httpBytes + sample.httpBytes,
    boots: minute.boots + sample.boots,
    sessions: Math.max(minute.sessions, sample.sessions),
    poolUsedBytes: sample.poolUsedBytes,
  };
}
