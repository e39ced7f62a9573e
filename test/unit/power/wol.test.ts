import { expect, test } from 'vitest';
import { meansFor } from '../../../src/power/means.ts';
import { createWakeOnLan, encodeMagicPacket, interfacesTo } from '../../../src/power/wol.ts';
import { createFakeUdp } from '../../fakes/udp.ts';

const lan1 = { address: '10.77.0.1', netmask: '255.255.255.0' };
const lan2 = { address: '192.168.200.1', netmask: '255.255.255.128' };

test('a magic packet is six ones and the MAC sixteen times', () => {
  const packet = encodeMagicPacket('52:54:00:ab:cd:ef');
  expect(packet.toString('hex')).toBe('ff'.repeat(6) + '525400abcdef'.repeat(16));
});

test.each([
  ['10.77.0.50', [lan1]],
  ['192.168.200.126', [lan2]],
  ['192.168.200.129', [lan1, lan2]],
  [undefined, [lan1, lan2]],
] as const)('a PC at %s is behind the right interfaces', (address, expected) => {
  expect(interfacesTo(address, [lan1, lan2])).toEqual(expected);
});

test('it leaves by that interface, three times, and nothing stays open', async () => {
  const udp = createFakeUdp();
  const { wake } = createWakeOnLan({
    openSocket: (address) =>
      udp.openUdp({ address, port: 0, broadcast: true, onMessage: () => {}, onError: () => {} }),
    interfaces: () => [lan1, lan2],
  });
  await wake('52:54:00:00:00:01', '10.77.0.9');
  expect(udp.sent).toHaveLength(3);
  expect(udp.sent[0]).toMatchObject({
    ...{ fromAddress: '10.77.0.1', address: '255.255.255.255', port: 9 },
    bytes: encodeMagicPacket('52:54:00:00:00:01'),
  });
  expect(udp.openSockets()).toEqual([]);
});

test('of a host’s means those that can, in its order', () => {
  expect(meansFor(['smyoo', 'agent', 'wol'], 'off')).toEqual(['smyoo', 'agent']);
  expect(meansFor(['agent', 'wol', 'smyoo'], 'on')).toEqual(['wol', 'smyoo']);
  expect(meansFor(['wol', 'smyoo'], 'reboot')).toEqual([]);
});
