import { describe, expect, test } from 'vitest';
import { parseExtraOption } from '../../../src/boot/dhcp-option-text.ts';
import { parseSubnets, refuseOwnAddresses, type SubnetFields } from '../../../src/boot/subnet.ts';
import { parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import { cafeSubnet } from '../../fixtures/leases.ts';

const parse = (changes: Partial<SubnetFields>) => parseSubnets([{ ...cafeSubnet, ...changes }]);

test('a subnet with what is not said filled in', () => {
  const [subnet] = parseSubnets([{ subnet: '10.0.0.0/8', range: '10.1.0.1 - 10.1.9.255' }]);
  expect(subnet).toMatchObject({
    mask: 0xff000000,
    broadcast: parseIpv4('10.255.255.255'),
    leaseSeconds: 43_200,
    routers: [],
    options: [],
  });
});

test.each<[Partial<SubnetFields>, RegExp]>([
  [{ subnet: '10.77.0.0' }, /written as/],
  [{ subnet: '10.77.0.0/31' }, /8 to 30/],
  [{ subnet: '10.77.0.5/24' }, /begins at 10\.77\.0\.0\/24/],
  [{ subnet: '127.0.0.0/8', range: '127.0.0.5-127.0.0.6', routers: [] }, /PCs cannot/],
  [{ range: '10.77.0.100' }, /FIRST-LAST/],
  [{ range: '10.77.0.109-10.77.0.100' }, /ends before/],
  [{ range: '10.77.0.100-10.78.0.100' }, /more than|is no PC's/],
  [{ range: '10.77.0.0-10.77.0.9' }, /10\.77\.0\.0 is no PC's/],
  [{ range: '10.77.0.100-10.77.0.255' }, /10\.77\.0\.255 is no PC's/],
  [{ range: '10.78.0.100-10.78.0.109' }, /is no PC's/],
  [{ broadcast: '10.77.0.105' }, /broadcast address is in the range/],
  [{ broadcast: '10.78.0.255' }, /another subnet/],
  [{ routers: ['10.78.0.254'] }, /router 10\.78\.0\.254 is not in it/],
  [{ routers: ['10.77.0.105'] }, /router 10\.77\.0\.105 is in the range/],
  [{ dnsServers: ['0.0.0.0'] }, /no DNS server/],
  [{ dnsServers: ['10.77.0.999'] }, /not IPv4/],
  [{ options: ['3:ip:10.77.0.254'] }, /option 3 is not free/],
  [
    { options: Array.from({ length: 3 }, (_, n) => `${200 + n}:text:${'x'.repeat(250)}`) },
    /do not fit/,
  ],
])('%o is refused', (changes, reason) => {
  expect(() => parse(changes)).toThrow(reason);
  expect(() => parse(changes)).toThrow('invalid_value');
});

test('two subnets that overlap, and our own address in a range, are refused', () => {
  const wide = { subnet: '10.0.0.0/8', range: '10.1.0.1-10.1.0.9' };
  expect(() => parseSubnets([cafeSubnet, wide])).toThrow(/overlaps 10\.77\.0\.0\/24/);
  expect(() => refuseOwnAddresses(parse({}), ['10.9.9.9', '10.77.0.104'])).toThrow(/own address/);
  refuseOwnAddresses(parse({}), ['10.77.0.1']);
});

describe('options', () => {
  test.each([
    ['42:ip:10.0.0.1,10.0.0.2', 42, '0a0000010a000002'],
    ['15:text:cafe.lan', 15, '636166652e6c616e'],
    ['26:u16:1500', 26, '05dc'],
    ['2:u32:28800', 2, '00007080'],
    ['19:u8:0,1', 19, '0001'],
    ['121:hex:18:c0:a8:01 0a000001', 121, '18c0a8010a000001'],
  ])('%s', (text, code, hex) => {
    const option = parseExtraOption(text);
    expect([option.code, option.value.toString('hex')]).toEqual([code, hex]);
  });

  test.each([
    '',
    '42',
    '42:ip',
    '42:ip:',
    '42:what:1',
    '26:u16:65536',
    '26:u16:x',
    '42:hex:abc',
    '42:ip:x',
    '255:u8:1',
    '53:u8:5',
    '82:hex:00',
    '999:u8:1',
  ])('%j is refused', (text) => {
    expect(() => parseExtraOption(text)).toThrow(RangeError);
  });
});
