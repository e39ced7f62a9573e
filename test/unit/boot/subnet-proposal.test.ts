import { expect, test } from 'vitest';
import { parseSubnets, refuseOwnAddresses } from '../../../src/boot/subnet.ts';
import { proposeSubnet } from '../../../src/boot/subnet-proposal.ts';

const facts = { address: '192.168.1.10', netmask: '255.255.255.0', gateway: '192.168.1.1' };

test('of a /24 the upper part, with the router as router and DNS server', () => {
  expect(proposeSubnet(facts)).toEqual({
    subnet: '192.168.1.0/24',
    range: '192.168.1.100-192.168.1.250',
    routers: ['192.168.1.1'],
    dnsServers: ['192.168.1.1'],
  });
});

test.each([
  [{ address: '10.0.3.7', netmask: '255.255.0.0', gateway: '10.0.0.1' }, '10.0.3.100-10.0.3.250'],
  [{ ...facts, address: '192.168.1.200' }, '192.168.1.100-192.168.1.199'],
  [{ ...facts, address: '192.168.1.120', gateway: '192.168.1.240' }, '192.168.1.121-192.168.1.239'],
  [{ address: '10.9.9.2', netmask: '255.255.255.248' }, '10.9.9.4-10.9.9.6'],
])('%o: neither our own address nor the router is in the range', (given, range) => {
  const proposed = proposeSubnet(given);
  expect(proposed?.range).toBe(range);
  const parsed = parseSubnets(proposed ? [proposed] : []);
  expect(() => refuseOwnAddresses(parsed, [given.address])).not.toThrow();
});

test('a router elsewhere, or ourselves, is none', () => {
  expect(proposeSubnet({ ...facts, gateway: '10.0.0.1' })).not.toHaveProperty('routers');
  expect(proposeSubnet({ ...facts, gateway: facts.address })).not.toHaveProperty('routers');
});

test.each(['255.255.255.252', '255.255.255.255', '254.0.0.0'])(
  'nothing for a mask of %s',
  (netmask) => {
    expect(proposeSubnet({ ...facts, netmask })).toBeUndefined();
  },
);
