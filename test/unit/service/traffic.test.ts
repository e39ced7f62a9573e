import { describe, expect, test } from 'vitest';
import { createCounters } from '../../../src/service/counters.ts';
import { createSessionMeter, macOfSession } from '../../../src/service/session-meter.ts';
import { createTraffic } from '../../../src/service/traffic.ts';
import type { Session } from '../../../src/storage/targets.ts';
import { openStore } from '../../../src/store/store.ts';

const target = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
const session = (id: string, readBytes: number, writtenBytes = 0, name = target): Session => ({
  ...{ id, target: name, initiator: name, address: '10.0.0.1' },
  ...{ readBytes, writtenBytes },
});

describe('the session meter', () => {
  const read = (meter: ReturnType<typeof createSessionMeter>, ...list: Session[]) =>
    meter(list).map(({ readBytes }) => readBytes);

  test('tgt: each login counts anew; what was before the first look is not told', () => {
    const meter = createSessionMeter('tgt');
    expect(read(meter, session('1', 500))).toEqual([]);
    expect(read(meter, session('1', 700))).toEqual([200]);
    expect(read(meter, session('1', 700), session('2', 900))).toEqual([0, 900]);
    expect(read(meter, session('2', 1_000))).toEqual([100]);
  });

  test('LIO: the target counts on from login to login, and anew where it was made anew', () => {
    const meter = createSessionMeter('lio');
    read(meter, session('1', 500));
    expect(read(meter)).toEqual([]);
    expect(read(meter, session('2', 600))).toEqual([100]);
    expect(read(meter, session('3', 40))).toEqual([40]);
  });

  test('whose a session is', () => {
    const findMacAt = () => '52:54:00:00:00:09';
    expect(macOfSession(session('1', 0), findMacAt)).toBe('52:54:00:00:00:01');
    expect(macOfSession(session('1', 0, 0, 'iqn.x:sn.win'), findMacAt)).toBe('52:54:00:00:00:09');
  });
});

describe('traffic', () => {
  function start(store = openStore(':memory:')) {
    const clock = { now: 1_700_000_040_000 };
    const counters = createCounters();
    const traffic = createTraffic({
      ...{ store, kind: 'tgt', counters, findMacAt: () => undefined },
      ...{ poolUsedBytes: () => 77, now: () => clock.now },
    });
    const pass = (ms: number, ...sessions: Session[]) => {
      clock.now += ms;
      traffic.saw(sessions);
    };
    return { clock, counters, traffic, store, pass };
  }

  test('what each PC moves, and all together, however often it is looked', () => {
    const { traffic, counters, pass, clock } = start();
    pass(0, session('1', 0));
    counters.add('tftp.bytes', 5_000);
    counters.add('http.bytes', 10_000);
    counters.add('http.script.menu');
    for (let look = 1; look <= 10; look++) pass(500, session('1', look * 1_000, look * 100));
    expect(traffic.rateOf('52:54:00:00:00:01')).toEqual({
      ...{ readBytesPerSecond: 2_000, writtenBytesPerSecond: 200 },
    });
    expect(traffic.rateOf('52:54:00:00:00:02').readBytesPerSecond).toBe(0);
    expect(traffic.series(clock.now - 60_000, 5)).toEqual({
      ...{ at: [1_700_000_040], iscsiRead: [2_000], iscsiWritten: [200], tftp: [1_000] },
      ...{ http: [2_000], boots: [12], sessions: [1], poolUsedBytes: [77] },
    });
    pass(5_000);
    expect(traffic.rateOf('52:54:00:00:00:01').readBytesPerSecond).toBe(0);
  });

  test('minutes are stored, put together by the step, and forgotten after a month', () => {
    const { traffic, store, pass, clock } = start();
    pass(0, session('1', 0));
    for (let look = 1; look <= 36; look++) pass(5_000, session('1', look * 5_000));
    traffic.close();
    expect(store.trafficMinutes.list(0, 60_000).map((each) => each.iscsiReadBytes)).toEqual([
      ...[60_000, 60_000, 60_000],
    ]);
    const hours = traffic.series(0, 3_600_000);
    expect(hours).toMatchObject({ at: [1_699_999_200], iscsiRead: [50] });
    clock.now += 31 * 86_400_000;
    traffic.prune();
    expect(traffic.series(0, 60_000).at).toEqual([]);
  });

  test('a minute that a restart cut in two is one', () => {
    const { traffic, store, pass } = start();
    pass(0, session('1', 0));
    pass(5_000, session('1', 10));
    traffic.close();
    const again = start(store);
    again.pass(0, session('1', 10));
    again.pass(5_000, session('1', 25));
    again.traffic.close();
    expect(store.trafficMinutes.list(0, 60_000)).toMatchObject([{ iscsiReadBytes: 25 }]);
  });

  test('an hour stays in memory, and 300 PCs cost little', () => {
    const { traffic, pass, clock } = start();
    const hall = (bytes: number) =>
      Array.from({ length: 300 }, (_, index) =>
        session('1', bytes, 0, target.slice(0, -3) + String(index + 100)),
      );
    const started = performance.now();
    for (let look = 0; look < 800; look++) pass(5_000, ...hall(look * 1_000));
    expect((performance.now() - started) / 800).toBeLessThan(5);
    expect(traffic.series(clock.now - 3_600_000, 1).at).toHaveLength(720);
  });
});
