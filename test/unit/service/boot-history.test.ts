import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import { bootOutcomes, bootStages, groupBoots } from '../../../src/service/boot-history.ts';
import { bootStopCodes } from '../../../src/service/boot-stops.ts';
import type { TimelineEvent } from '../../../src/service/timeline.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

/** Events at seconds, as `kind` and data. */
const events = (
  ...list: [seconds: number, kind: string, data?: Record<string, unknown>][]
): TimelineEvent[] =>
  list.map(([seconds, kind, { level = 'info', ...data } = {}], id) => ({
    ...{ id, at: seconds * 1_000, kind, mac: fakePc.mac, data },
    level: level as TimelineEvent['level'],
  }));

const rom = { stage: 'rom', file: 'undionly.kpxe' };
const ipxe = { stage: 'ipxe' };
const menu = { script: 'menu', entry: null };
const entry = { script: 'entry', entry: 'win' };
const toMenu: Parameters<typeof events> = [
  [0, 'boot.dhcp', rom],
  [1, 'boot.dhcp', rom],
  [2, 'boot.tftp', { file: 'undionly.kpxe', outcome: 'done' }],
  [5, 'boot.dhcp', ipxe],
  [6, 'boot.script', menu],
];
const later = 10_000_000;
const stopOf = (...list: Parameters<typeof events>) => groupBoots(events(...list), later)[0]?.stop;

describe('boots out of events', () => {
  test('one from power-on to the OS and off again', () => {
    const boots = groupBoots(
      events(
        ...toMenu,
        [11, 'boot.script', entry],
        [12, 'boot.disk', { address: '10.0.0.1' }],
        [40, 'boot.os', { os: 'Windows', version: '11' }],
        [50, 'host.changed'],
        [9_000, 'boot.disk-gone'],
      ),
      later,
    );
    expect(boots).toHaveLength(1);
    expect(boots[0]).toMatchObject({
      ...{ startedAt: 0, endedAt: 9_000_000, durationMs: 40_000, what: 'win' },
      ...{ os: 'Windows 11', outcome: 'up', stop: null },
    });
    expect(boots[0]?.stages.map(({ stage, durationMs }) => [stage, durationMs])).toEqual([
      ['rom', 0],
      ['file', 2_000],
      ['ipxe', 3_000],
      ['menu', 1_000],
      ['script', 5_000],
      ['disk', 1_000],
      ['os', 28_000],
    ]);
  });

  test('firmware that comes again after it fetched its file boots anew; the newest is first', () => {
    const boots = groupBoots(events(...toMenu, [60, 'boot.dhcp', rom]), 61_000);
    expect(boots.map(({ startedAt, outcome }) => [startedAt, outcome])).toEqual([
      [60_000, 'booting'],
      [0, 'booting'],
    ]);
  });

  test('a card with its own iPXE begins there, after its disk and after silence', () => {
    const boot: Parameters<typeof events> = [
      [5, 'boot.dhcp', ipxe],
      [6, 'boot.script', menu],
      [11, 'boot.script', entry],
      [12, 'boot.disk', {}],
    ];
    const again = boot.map(([at, ...rest]) => [at + 1_000, ...rest] as (typeof boot)[number]);
    const boots = groupBoots(events(...boot, ...again), later);
    expect(boots.map(({ outcome }) => outcome)).toEqual(['attached', 'attached']);
    const silent = groupBoots(events([0, 'boot.dhcp', ipxe], [500, 'boot.dhcp', ipxe]), later);
    expect(silent).toHaveLength(2);
  });

  test.each([
    ['no-file', [toMenu[0]]],
    ['file-failed', [toMenu[0], [3, 'boot.tftp', { level: 'warn', outcome: 'no-ack' }]]],
    ['ipxe-silent', toMenu.slice(0, 3)],
    ['no-script', toMenu.slice(0, 4)],
    ['at-menu', toMenu],
    ['wrong-address', [...toMenu, [9, 'boot.refused', { address: '10.0.0.9' }]]],
    ['no-disk', [...toMenu, [9, 'boot.failed', { entry: 'win', code: 'no_space' }]]],
    ['no-login', [...toMenu, [9, 'boot.script', entry]]],
    ['os-lost', [...toMenu, [9, 'boot.script', entry], [10, 'boot.disk'], [90, 'boot.disk-gone']]],
  ] as [string, Parameters<typeof events>][])('one that stopped: %s', (code, list) => {
    expect(stopOf(...list)?.code).toBe(code);
  });

  test('one is not said to have stopped while it may go on, nor with a tool that needs no disk', () => {
    expect(groupBoots(events(...toMenu), 7_000)[0]).toMatchObject({
      outcome: 'booting',
      stop: null,
    });
    expect(stopOf(...toMenu, [9, 'boot.script', { script: 'tool', entry: 'memtest' }])).toBeNull();
  });

  test.each([
    ['bootStage', bootStages],
    ['bootOutcome', bootOutcomes],
    ['bootStop', bootStopCodes],
  ] as const)('both languages have every text of %s', (section, codes) => {
    expect(Object.keys(en[section]).sort()).toEqual([...codes].sort());
    expect(Object.keys(zh[section]).sort()).toEqual([...codes].sort());
  });
});

describe('reports of a host', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe();
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  test('its boots and its disks', async () => {
    const { hostReports, boots } = fake.services;
    await boots.attachFor(fakePc.mac, 'win', fakePc.address);
    expect(hostReports.boots('pc-01')).toMatchObject([{ what: 'win', outcome: 'booting' }]);
    const disks = await hostReports.disk('pc-01');
    expect(disks).toMatchObject([
      { image: 'win', version: 1, isPublished: true, policy: 'discard', usedBytes: 1024 },
      { image: 'games', entry: 'win', sizeBytes: 2048 },
    ]);
    await expect(hostReports.disk('nobody')).rejects.toThrow('not_found');
  });
});
