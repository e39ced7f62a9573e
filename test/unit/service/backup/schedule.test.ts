import { expect, test } from 'vitest';
import {
  backupName,
  findOutdated,
  isAutomatic,
  isBackupDue,
  isBackupName,
} from '../../../../src/service/backup/schedule.ts';

const at = (day: number, hour: number, minute = 0) =>
  new Date(2026, 10, day, hour, minute).getTime();

test.each([
  ['never before', at(24, 3), undefined, true],
  ['yesterday at that hour, and it is not there yet', at(24, 4, 59), at(23, 5), false],
  ['yesterday, and the clock has struck', at(24, 5), at(23, 5), true],
  ['today already', at(24, 23), at(24, 5), false],
  ['off at that hour: made up at noon', at(24, 12), at(23, 5, 10), true],
  ['made up at noon, next at the hour', at(25, 5), at(24, 12), true],
])('a daily backup at 5: %s', (_, nowMs, lastAtMs, expected) => {
  expect(isBackupDue(nowMs, 5, lastAtMs)).toBe(expected);
});

test('names say when and why, and sort by time', () => {
  const name = backupName('daily', at(4, 5, 6));
  expect(name).toBe('daily-20261104-050600.tar.zst');
  expect([isBackupName(name), isAutomatic(name)]).toEqual([true, true]);
  expect(isAutomatic(backupName('cafeboot', at(4, 5)))).toBe(false);
  expect(isBackupName('../cafeboot.tar.zst')).toBe(false);
  expect(isBackupName('daily-20261104-050600.tar.zst.part')).toBe(false);
});

test('of the daily ones the newest stay, of those that people made all', () => {
  const daily = [1, 2, 3, 4].map((day) => backupName('daily', at(day, 5)));
  const names = [...daily, backupName('cafeboot', at(1, 1)), 'notes.txt'];
  expect(findOutdated(names, 2)).toEqual([daily[1], daily[0]]);
  expect(findOutdated(names, 9)).toEqual([]);
});
