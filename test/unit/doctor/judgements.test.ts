import { describe, expect, test } from 'vitest';
import { judgeClock } from '../../../src/doctor/clock.ts';
import { judgeDirectory } from '../../../src/doctor/data-directory.ts';
import { judgeKernel } from '../../../src/doctor/kernel.ts';
import { judgeMemory } from '../../../src/doctor/memory.ts';
import { judgeCard } from '../../../src/doctor/network-cards.ts';
import { judgePool } from '../../../src/doctor/pool.ts';
import { judgeGroup, judgeMetadata, parseGroups } from '../../../src/doctor/volume-group.ts';
import type { PoolStatus, SpaceStatus } from '../../../src/service/pool-status.ts';

const card = { name: 'eth0', carrier: 1, speed: 2500, duplex: 'full', mtu: 1500 };

test.each([
  [{}, ['nic-good']],
  [{ carrier: 0 }, ['nic-unplugged']],
  [{ duplex: 'half', speed: 100 }, ['nic-half-duplex', 'nic-slow']],
  [{ mtu: 9000 }, ['nic-mtu']],
  // A virtual card's.
  [{ speed: undefined, duplex: undefined }, ['nic-good']],
])('a card with %o: %j', (state, codes) => {
  expect(judgeCard({ ...card, ...state }).map(({ code }) => code)).toEqual(codes);
});

test.each([
  [{ lio: true, thin: true }, 'auto', 'vg0', ['kernel-lio']],
  [{ lio: false, thin: true }, 'auto', '', ['kernel-tgt']],
  [{ lio: false, thin: false }, 'lio', 'vg0', ['kernel-no-lio', 'kernel-no-thin']],
  [{ lio: true, thin: false }, 'tgt', '', ['kernel-tgt']],
] as const)(
  'a kernel with %o for %s and group %j: %j',
  (parts, targetServer, volumeGroup, codes) => {
    const findings = judgeKernel(parts, { targetServer, volumeGroup });
    expect(findings.map(({ code }) => code)).toEqual(codes);
  },
);

describe('a pool', () => {
  const space: SpaceStatus = {
    ...{ totalBytes: 100, usedBytes: 40, percent: 40, level: 'ok', fullInDays: null },
    limits: { warn: 80, free: 90, refuse: 95 },
  };
  const status: PoolStatus = {
    ...{ kind: 'lvm-thin', state: 'ok', data: space, metadata: space },
    ...{ growableBytes: 0, grows: false },
  };

  test.each([
    ['ok', 'ok', 'pool-good'],
    ['warn', 'warn', 'pool-filling'],
    ['freeing', 'warn', 'pool-filling'],
    ['refusing', 'fail', 'pool-full'],
    ['full', 'fail', 'pool-full'],
    ['read-only', 'fail', 'pool-full'],
    ['failed', 'fail', 'pool-broken'],
  ] as const)('that is %s: %s, %s', (state, verdict, code) => {
    expect(judgePool({ ...status, state })).toMatchObject({ verdict, code });
  });

  test('is full when its first space is', () => {
    const metadata = { ...space, fullInDays: 3.4, percent: 81 };
    const finding = judgePool({ ...status, state: 'warn', metadata });
    expect(finding.data).toEqual({ data: 40, metadata: 81, days: 3 });
  });
});

test('a volume group by its whole name, with all its disks', () => {
  const groups = parseGroups('  cafe2 0\n  cafe 0\n  broken 1\n');
  expect(judgeGroup('cafe', groups)).toMatchObject({ verdict: 'ok', code: 'group-there' });
  expect(judgeGroup('caf', groups)).toMatchObject({
    ...{ verdict: 'fail', code: 'group-missing' },
    data: { present: 'cafe2, cafe, broken' },
  });
  expect(judgeGroup('broken', groups)).toMatchObject({
    ...{ verdict: 'fail', code: 'group-partial' },
    data: { missing: 1 },
  });
  expect(judgeGroup('cafe', parseGroups(''))).toMatchObject({ data: { present: '-' } });
});

test('a pool whose metadata must be checked', () => {
  expect(judgeMetadata('cafe/pool', '  check needed\n')).toMatchObject([
    { verdict: 'fail', code: 'pool-needs-check', data: { pool: 'cafe/pool' } },
  ]);
  expect(judgeMetadata('cafe/pool', '  \n')).toEqual([]);
});

test('a clock of before this program, one that nobody sets, and a good one', () => {
  const now = Date.UTC(2026, 10, 24, 9, 30);
  expect(judgeClock(0, true)).toMatchObject({ verdict: 'fail', code: 'clock-wrong' });
  expect(judgeClock(now, false)).toMatchObject({ verdict: 'warn', code: 'clock-free' });
  const good = { verdict: 'ok', code: 'clock-good', data: { time: '2026-11-24 09:30' } };
  expect(judgeClock(now, true)).toEqual(good);
});

test('a data directory without room, or open to everybody', () => {
  const state = { path: '/x', freeBytes: 9 * 2 ** 30, databaseMode: 0o600 };
  const codesOf = (more: object) => judgeDirectory({ ...state, ...more }).map(({ code }) => code);
  expect(codesOf({})).toEqual(['data-dir-good']);
  expect(codesOf({ databaseMode: undefined })).toEqual(['data-dir-good']);
  const both = ['data-dir-filling', 'data-dir-open'];
  expect(codesOf({ freeBytes: 2 ** 30, databaseMode: 0o644 })).toEqual(both);
});

test('memory by the number of PCs', () => {
  expect(judgeMemory(16 * 2 ** 30, 200)).toMatchObject({ verdict: 'ok', code: 'memory-good' });
  expect(judgeMemory(8 * 2 ** 30, 200)).toMatchObject({ verdict: 'warn', code: 'memory-small' });
});
