import { expect, test } from 'vitest';
import { findNextNumbered, findNumbered } from '../../../src/boot/numbering.ts';

const plan = { prefix: 'pc-', width: 3, firstAddress: '10.77.0.11' };
const taken = (names: string[] = [], addresses: string[] = []) => ({
  names: new Set(names),
  addresses: new Set(addresses),
});

test('a number has a name and an address', () => {
  expect(findNumbered(plan, 7)).toEqual({ name: 'pc-007', ip: '10.77.0.17' });
  expect(findNumbered({ ...plan, firstAddress: '' }, 999)).toEqual({ name: 'pc-999', ip: null });
});

test.each([0, -1, 1.5, 1000, Number.NaN])('%s is no number of three digits', (number) => {
  expect(findNumbered(plan, number)).toBeUndefined();
});

test('the lowest number that is free, by name and by address', () => {
  expect(findNextNumbered(plan, taken())).toEqual({ name: 'pc-001', ip: '10.77.0.11' });
  expect(findNextNumbered(plan, taken(['pc-001', 'pc-003']))?.name).toBe('pc-002');
  expect(findNextNumbered(plan, taken(['pc-001'], ['10.77.0.12']))?.name).toBe('pc-003');
});

test('addresses that no PC can have are passed over, and they carry into the next byte', () => {
  const high = { ...plan, firstAddress: '10.77.0.254' };
  expect(findNextNumbered(high, taken(['pc-001']))).toEqual({ name: 'pc-004', ip: '10.77.1.1' });
});

test('a plan that is used up has none', () => {
  const small = { prefix: '', width: 1, firstAddress: '' };
  const names = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
  expect(findNextNumbered(small, taken(names))).toBeUndefined();
  expect(findNextNumbered({ ...plan, firstAddress: '255.255.255.255' }, taken())).toBeUndefined();
});
