import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createCounters } from '../../../src/service/counters.ts';
import { createRefusalWatch } from '../../../src/service/refusal-watch.ts';
import { createTimeline } from '../../../src/service/timeline.ts';
import type { Refusals } from '../../../src/storage/targets.ts';
import { openStore } from '../../../src/store/store.ts';

const target = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
const refused = (wrongInitiator: number, wrongSecret: number, unknownTarget = 0): Refusals => ({
  target,
  wrongInitiator,
  wrongSecret,
  unknownTarget,
  lastInitiator: 'iqn.2000-01.com.example:x',
  lastAddress: '10.77.0.66',
});

test('each refusal is counted and told once, also of a target that was made anew', async () => {
  const counters = createCounters();
  const timeline = createTimeline({
    store: openStore(':memory:'),
    counters,
    log: pino({ level: 'silent' }),
    now: Date.now,
  });
  let found = [refused(4, 0)];
  const watch = createRefusalWatch({
    refusals: async () => found,
    counters,
    timeline,
    log: pino({ level: 'silent' }),
  });
  await watch.look();
  expect(timeline.list({})).toEqual([]);
  found = [refused(5, 2)];
  await watch.look();
  await watch.look();
  const told = timeline.list({}).map(({ data }) => `${data.reason} ${data.count}`);
  expect(told).toEqual(['wrong-initiator 1', 'wrong-secret 2']);
  found = [refused(1, 0, 3)];
  await watch.look();
  expect(counters.all()).toMatchObject({
    'iscsi.refused.wrong-initiator': 2,
    'iscsi.refused.wrong-secret': 2,
    'iscsi.refused.unknown-target': 3,
  });
});

test('a login to a target that is not there is told by its name alone', async () => {
  const timeline = createTimeline({
    log: pino({ level: 'silent' }),
    ...{ store: openStore(':memory:'), counters: createCounters(), now: Date.now },
  });
  let found: Refusals[] = [];
  const watch = createRefusalWatch({
    ...{ refusals: async () => found, counters: createCounters(), timeline },
    log: pino({ level: 'silent' }),
  });
  await watch.look();
  found = [{ ...refused(0, 0, 2), lastInitiator: '', lastAddress: '' }];
  await watch.look();
  const data = { target, reason: 'unknown-target', count: 2 };
  expect(timeline.list({})).toMatchObject([{ kind: 'target.unknown', data }]);
});
