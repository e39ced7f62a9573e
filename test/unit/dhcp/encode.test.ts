import { expect, test } from 'vitest';
import { decode } from '../../../src/dhcp/decode.ts';
import { encode } from '../../../src/dhcp/encode.ts';
import { messageWith } from '../../fixtures/dhcp.ts';

test('a small message is padded to 300 bytes and ends with END', () => {
  const bytes = encode(messageWith());
  expect(bytes.length).toBe(300);
  const lastOption = bytes.subarray(0, bytes.lastIndexOf(255) + 1);
  expect([...bytes.subarray(lastOption.length)].every((byte) => byte === 0)).toBe(true);
});

test('the header is laid out as in RFC 2131 figure 1', () => {
  const header = { hops: 2, xid: 0xdeadbeef, secs: 0x102, flags: 0x8000, file: 'f', sname: 's' };
  const addresses = {
    ciaddr: 0x0a000001,
    yiaddr: 0x0a000002,
    siaddr: 0x0a000003,
    giaddr: 0x0a000004,
  };
  const bytes = encode(messageWith({ header: { ...header, ...addresses } }));
  expect(bytes.toString('hex', 0, 36)).toBe(
    '01010602deadbeef010280000a0000010a0000020a0000030a000004525400770010' + '0000',
  );
  expect([bytes[44], bytes[108]]).toEqual([0x73, 0x66]);
  expect(bytes.toString('hex', 236, 243)).toBe('63825363350101');
});

test.each([
  { sizeBytes: 0, parts: [0] },
  { sizeBytes: 255, parts: [255] },
  { sizeBytes: 256, parts: [255, 1] },
  { sizeBytes: 600, parts: [255, 255, 90] },
])('an option of $sizeBytes bytes is split into $parts (RFC 3396)', ({ sizeBytes, parts }) => {
  const value = Buffer.alloc(sizeBytes, 7);
  const bytes = encode(messageWith({ header: { options: new Map([[43, value]]) } }));
  const lengths: number[] = [];
  let at = 240;
  for (; bytes[at] === 43; at += 2 + (bytes[at + 1] ?? 0)) lengths.push(bytes[at + 1] ?? 0);
  expect(lengths).toEqual(parts);
  expect(bytes[at]).toBe(255);
  expect(decode(bytes).options.get(43)).toEqual(value);
});

test.each([
  ['file', { file: 'x'.repeat(129) }],
  ['sname', { sname: 'x'.repeat(65) }],
  ['chaddr', { chaddr: Buffer.alloc(17) }],
])('a %s that does not fit is refused', (_name, header) => {
  expect(() => encode(messageWith({ header }))).toThrow(RangeError);
});
