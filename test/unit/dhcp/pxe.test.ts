import { expect, test } from 'vitest';
import { decode } from '../../../src/dhcp/decode.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { decodePxeOptions, encodePxeOptions, findBootItem } from '../../../src/dhcp/pxe.ts';
import { readCapture } from '../../fixtures/pcap.ts';

const menu = {
  discoveryControl: 3,
  bootServers: [{ type: 0x8000, addresses: ['10.77.0.1', '10.77.0.2'] }],
  bootMenu: [{ type: 0x8000, text: 'cafe BIOS' }],
  menuPrompt: { timeoutSeconds: 0, text: 'PXE' },
};

test('a boot menu survives encoding and decoding', () => {
  expect(decodePxeOptions(encodePxeOptions(menu))).toEqual(menu);
});

test("dnsmasq's captured menu is understood", () => {
  const offer = readCapture('bios-rechain-loop-stock-undionly').find(({ frame }) => frame === 2);
  const vendorOptions = field.vendorOptions.read(decode(offer?.bytes ?? Buffer.of()).options);
  expect(decodePxeOptions(vendorOptions ?? Buffer.of())).toEqual({
    ...menu,
    bootServers: [{ type: 0x8000, addresses: ['10.77.0.1'] }],
  });
});

test('the discovery control and prompt known to satisfy UEFI', () => {
  const options = { discoveryControl: 8, menuPrompt: { timeoutSeconds: 0, text: 'PXE' } };
  expect(encodePxeOptions(options).toString('hex')).toBe('0601080a0400505845ff');
});

test('the boot item iPXE asks for', () => {
  const bytes = Buffer.from('470480030000ff', 'hex');
  expect(findBootItem(bytes)).toEqual({ type: 0x8003, layer: 0 });
  expect(encodePxeOptions({ bootItem: { type: 0x8003, layer: 0 } })).toEqual(bytes);
});

test.each([
  ['nothing', ''],
  ['a sub-option running over the end', '08ff8000'],
  ['a server list with fewer addresses than it counts', '08078000020a4d0001'],
  ['a menu text running over its item', '090480000961'],
  ['a boot item of the wrong size', '47028000'],
  ['an empty prompt', '0a00'],
])('%s yields nothing', (_what, hex) => {
  expect(decodePxeOptions(Buffer.from(hex, 'hex'))).toEqual({});
});
