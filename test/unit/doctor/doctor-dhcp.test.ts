import { expect, test } from 'vitest';
import { judgeLan } from '../../../src/doctor/dhcp-servers.ts';

test.each([
  [{ isOurs: false, isServing: true, others: 0 }, 'warn', 'dhcp-none'],
  [{ isOurs: false, isServing: true, others: 1 }, 'ok', 'dhcp-router'],
  [{ isOurs: false, isServing: false, others: 2 }, 'warn', 'dhcp-several'],
  [{ isOurs: true, isServing: true, others: 0 }, 'ok', 'dhcp-only-ours'],
  [{ isOurs: true, isServing: false, others: 0 }, 'warn', 'dhcp-ours-off'],
  [{ isOurs: true, isServing: true, others: 1 }, 'fail', 'dhcp-beside-ours'],
])('%o: %s %s', (lan, verdict, code) => {
  expect(judgeLan(lan)).toEqual({ verdict, code });
});
