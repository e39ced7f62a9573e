import { expect, test } from 'vitest';
import { toTable } from '../../../src/cli/print.ts';

test('a table shows what is in lists and objects, and lines Chinese up', () => {
  const rows = [
    { key: '磁盘', value: [{ subnet: '10.77.0.0/24' }, 'b'] },
    { key: 'abc', value: null },
  ];
  expect(toTable(rows, ['key', 'value']).split('\n')).toEqual([
    'key   value',
    '磁盘  {"subnet":"10.77.0.0/24"},b',
    'abc   -',
  ]);
});
