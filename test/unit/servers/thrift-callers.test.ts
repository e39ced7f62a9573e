import { expect, test } from 'vitest';
import { createCallers } from '../../../src/servers/thrift/callers.ts';
import { createSettings } from '../../../src/service/settings.ts';
import { openStore } from '../../../src/store/store.ts';

test('addresses and networks may call, as the list says now', () => {
  let listed = ['127.0.0.1', '10.1.2.0/24'];
  const { isAllowed } = createCallers({ listed: () => listed, onRefused: () => {}, now: () => 0 });
  expect(['127.0.0.1', '10.1.2.255', '10.1.3.0', '127.0.0.2', ''].map(isAllowed)).toEqual([
    ...[true, true, false, false, false],
  ]);
  listed = [];
  expect(isAllowed('127.0.0.1')).toBe(false);
});

test('each that is refused is told once a minute, and a flood of addresses is bounded', () => {
  const told: string[] = [];
  let now = 0;
  const { refused } = createCallers({
    listed: () => [],
    onRefused: (address) => told.push(address),
    now: () => now,
  });
  for (let call = 0; call < 100; call += 1) refused('10.0.0.1');
  expect(told).toEqual(['10.0.0.1']);
  now = 60_000;
  refused('10.0.0.1');
  expect(told).toHaveLength(2);
  for (let last = 0; last < 1_000; last += 1) refused(`10.1.${last % 256}.${last}`);
  expect(told.length).toBeLessThan(100);
});

test('whatever the setting takes is a list that can be looked into', () => {
  const store = openStore(':memory:');
  const settings = createSettings(store);
  const { isAllowed } = createCallers({
    listed: () => settings.get().thriftCallers,
    onRefused: () => {},
    now: () => 0,
  });
  expect(isAllowed('127.0.0.1')).toBe(true);
  for (const bad of ['256.0.0.1', '10.0.0.01', '10.0.0.0/33', '::1', '10.0.0', 'localhost', '']) {
    expect(() => settings.set('thriftCallers', [bad]), bad).toThrow(/invalid_value/);
  }
  settings.set('thriftCallers', ['0.0.0.0/0', '255.249.199.99/32']);
  expect(isAllowed('8.8.8.8')).toBe(true);
  store.close();
});
