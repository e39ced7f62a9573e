import { describe, expect, test } from 'vitest';
import { namesToServe } from '../../../src/config.ts';
import { createSettings } from '../../../src/service/settings.ts';
import { openStore } from '../../../src/store/store.ts';

const subnet = { subnet: '10.77.0.0/24', range: '10.77.0.100-10.77.0.200' };
const open = (own: string[] = []) =>
  createSettings(openStore(':memory:'), { listOwnAddresses: () => own });

describe('subnets and the mode', () => {
  test('full mode needs a subnet, and keeps one', () => {
    const settings = open();
    expect(() => settings.set('dhcpMode', 'full')).toThrow('subnet set');
    settings.set('dhcpSubnets', [subnet]);
    settings.set('dhcpMode', 'full');
    expect(() => settings.set('dhcpSubnets', [])).toThrow('subnet set');
    expect(() => settings.reset('dhcpSubnets')).toThrow('subnet set');
    settings.reset('dhcpMode');
    expect(settings.reset('dhcpSubnets').dhcpSubnets).toEqual([]);
  });

  test.each([
    ['a range outside', [{ ...subnet, range: '10.78.0.1-10.78.0.9' }]],
    ['two that overlap', [subnet, { ...subnet, subnet: '10.0.0.0/8' }]],
    ['a misspelt field', [{ ...subnet, router: '10.77.0.254' }]],
    ['a short lease', [{ ...subnet, leaseSeconds: 5 }]],
    ['an own address in the range', [{ ...subnet, range: '10.77.0.1-10.77.0.9' }]],
  ])('%s is refused, and what was set stays', (_, value) => {
    const settings = open(['10.77.0.1']);
    settings.set('dhcpSubnets', [subnet]);
    expect(() => settings.set('dhcpSubnets', value)).toThrow('invalid_value');
    expect(settings.get().dhcpSubnets).toEqual([subnet]);
  });
});

test('interfaces: the configuration goes before the setting', () => {
  const settings = open();
  settings.set('servedInterfaces', ['eth1']);
  const config = (interfaces: string[]) => ({ interfaces }) as Parameters<typeof namesToServe>[0];
  expect(namesToServe(config([]), settings.get())).toEqual(['eth1']);
  expect(namesToServe(config(['eth0']), settings.get())).toEqual(['eth0']);
});
