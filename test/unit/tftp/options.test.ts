import { expect, test } from 'vitest';
import { negotiate } from '../../../src/tftp/options.ts';

const limits = { maxBlksizeBytes: 1468, maxWindowsize: 32, maxTimeoutSeconds: 10 };

test.each<[string, Record<string, string>, Record<string, string>]>([
  ['nothing', {}, {}],
  [
    'what EDK2 asks for',
    { blksize: '1468', windowsize: '4' },
    { blksize: '1468', windowsize: '4' },
  ],
  ['tsize with the real size', { tsize: '0' }, { tsize: '5000' }],
  ['a larger blksize with our limit', { blksize: '65464' }, { blksize: '1468' }],
  ['a larger windowsize with our limit', { windowsize: '65535' }, { windowsize: '32' }],
  ['the client timeout as it is', { timeout: '10' }, { timeout: '10' }],
  ['a too long timeout with silence', { timeout: '255' }, {}],
  ['unknown options with silence', { rollover: '0', multicast: '' }, {}],
  ['blksize below 8 with silence', { blksize: '7' }, {}],
  ['blksize above 65464 with silence', { blksize: '65465' }, {}],
  ['windowsize 0 with silence', { windowsize: '0' }, {}],
  ['numbers that are none with silence', { blksize: '-8', windowsize: '4x', timeout: '' }, {}],
])('answers %s', (_, asked, answered) => {
  const { oack } = negotiate(new Map(Object.entries(asked)), 5_000, limits);
  expect(Object.fromEntries(oack)).toEqual(answered);
});

test('without options a block is 512 bytes and each has its ACK', () => {
  expect(negotiate(new Map(), 1, limits)).toMatchObject({ blksizeBytes: 512, windowsize: 1 });
});

test('the agreed timeout is in milliseconds', () => {
  expect(negotiate(new Map([['timeout', '2']]), 1, limits).timeoutMs).toBe(2_000);
});
