import { describe, expect, test } from 'vitest';
import { findClientAddress } from '../../../src/boot/client-address.ts';
import { identify } from '../../../src/boot/identify.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import { ipxeOption, type MessageChanges, messageWith } from '../../fixtures/dhcp.ts';

function clientOf(changes: MessageChanges) {
  const identified = identify(messageWith(changes));
  if (identified.kind === 'ignore') throw new Error(`ignored: ${identified.reason}`);
  return identified.client;
}

test('a BIOS ROM, with all it tells', () => {
  const message = messageWith({ mac: '52:54:00:AB:cd:0F' });
  const machineId = Buffer.from(`00${'0123456789abcdef'.repeat(2)}`, 'hex');
  field.clientMachineId.write(message.options, machineId);
  expect(identify(message)).toEqual({
    kind: 'client',
    client: {
      mac: '52:54:00:ab:cd:0f',
      stage: 'rom',
      discovers: true,
      arch: { number: 0, platform: 'bios', name: 'BIOS' },
      transport: 'tftp',
      guid: '0123456789abcdef0123456789abcdef',
      vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
      userClass: null,
      ipxe: null,
    },
  });
});

test.each([
  { arch: 0, platform: 'bios' },
  { arch: 6, platform: 'efi-ia32' },
  { arch: 7, platform: 'efi-x64' },
  { arch: 9, platform: 'efi-x64' },
  { arch: 10, platform: 'efi-arm32' },
  { arch: 11, platform: 'efi-arm64' },
  { arch: 15, platform: 'efi-ia32' },
  { arch: 16, platform: 'efi-x64' },
  { arch: 17, platform: 'efi-x64' },
  { arch: 18, platform: 'efi-arm32' },
  { arch: 19, platform: 'efi-arm64' },
  { arch: 20, platform: 'bios' },
])('architecture $arch is $platform', ({ arch, platform }) => {
  expect(clientOf({ arch }).arch).toMatchObject({ number: arch, platform });
});

test('of several architectures the first that can boot counts', () => {
  const message = messageWith();
  field.clientArchs.write(message.options, [2, 7, 0]);
  expect(identify(message)).toMatchObject({ client: { arch: { number: 7 } } });
});

describe('stage', () => {
  test.each([
    { name: 'no user class', changes: {}, stage: 'rom' },
    { name: "a firmware's own user class", changes: { userClass: 'Vendor' }, stage: 'rom' },
    { name: 'iPXE', changes: { userClass: 'iPXE', ipxe: ipxeOption(0x13) }, stage: 'ipxe' },
    { name: 'iPXE without option 175', changes: { userClass: 'iPXE' }, stage: 'ipxe' },
    {
      name: "another's iPXE build",
      changes: { userClass: 'x', ipxe: ipxeOption() },
      stage: 'ipxe',
    },
    { name: 'our build', changes: { userClass: 'cafeboot', ipxe: ipxeOption() }, stage: 'own' },
    { name: 'counted user class', changes: { userClass: '\x08cafeboot' }, stage: 'own' },
  ])('$name is $stage', ({ changes, stage }) => {
    expect(clientOf(changes).stage).toBe(stage);
  });
});

describe('iPXE features', () => {
  test('are read from option 175', () => {
    const { ipxe } = clientOf({ userClass: 'iPXE', ipxe: ipxeOption(0x13, 0x11) });
    expect(ipxe).toEqual({ version: '2.0.0', http: true, https: false, iscsi: true });
  });

  test('of revision 0 are absent', () => {
    const { ipxe } = clientOf({ userClass: 'iPXE', ipxe: Buffer.of(0x13, 1, 0, 0x14, 1, 1) });
    expect(ipxe).toEqual({ version: null, http: false, https: true, iscsi: false });
  });

  test('are none where option 175 is missing or torn', () => {
    const none = { version: null, http: false, https: false, iscsi: false };
    expect(clientOf({ userClass: 'iPXE' }).ipxe).toEqual(none);
    expect(clientOf({ userClass: 'iPXE', ipxe: Buffer.of(0x13, 9, 1) }).ipxe).toEqual(none);
  });
});

describe('transport', () => {
  test.each([
    ['PXEClient', 'tftp'],
    ['PXEClient\0', 'tftp'],
    ['PXEClient:Arch:00007:UNDI:003000', 'tftp'],
    ['HTTPClient:Arch:00016:UNDI:003000', 'http'],
  ])('%j is %s', (vendorClass, transport) => {
    expect(clientOf({ vendorClass }).transport).toBe(transport);
  });
});

describe('tolerated', () => {
  test.each([
    ['a missing machine id', undefined],
    ['a machine id of zeros', Buffer.alloc(17)],
    ['a machine id of another type', Buffer.alloc(17, 1)],
    ['a machine id of another size', Buffer.alloc(5)],
  ])('%s: the PC has no guid', (_what, machineId) => {
    const message = messageWith();
    if (machineId) field.clientMachineId.write(message.options, machineId);
    expect(identify(message)).toMatchObject({ kind: 'client', client: { guid: null } });
  });

  test('an iPXE without option 94', () => {
    const message = messageWith({ userClass: 'iPXE' });
    message.options.delete(field.clientInterface.code);
    expect(identify(message)).toMatchObject({ kind: 'client', client: { stage: 'ipxe' } });
  });

  test('endless names, which are cut', () => {
    const client = clientOf({
      vendorClass: `PXEClient:${'x'.repeat(900)}`,
      userClass: 'y'.repeat(90),
    });
    expect([client.vendorClass.length, client.userClass?.length]).toEqual([64, 64]);
  });
});

describe('ignored', () => {
  function without(code: number) {
    const message = messageWith();
    message.options.delete(code);
    return message;
  }

  test.each([
    ["a server's reply", messageWith({ header: { op: 2 } }), 'not-a-request'],
    ['plain BOOTP', without(53), 'no-message-type'],
    ['no vendor class', without(60), 'not-pxe'],
    ["Windows' DHCP client", messageWith({ vendorClass: 'MSFT 5.0' }), 'not-pxe'],
    [
      'a vendor class that only begins alike',
      messageWith({ vendorClass: 'PXEClientele' }),
      'not-pxe',
    ],
    ['a shorter vendor class', messageWith({ vendorClass: 'PXE' }), 'not-pxe'],
    ['no Ethernet', messageWith({ header: { htype: 32 } }), 'bad-mac'],
    ['no 6-byte MAC', messageWith({ header: { chaddr: Buffer.alloc(8, 2) } }), 'bad-mac'],
    ['a MAC of zeros', messageWith({ mac: '00:00:00:00:00:00' }), 'bad-mac'],
    ['a group MAC', messageWith({ mac: '01:00:5e:00:00:01' }), 'bad-mac'],
    ['no architecture', without(93), 'no-arch'],
    ['an Itanium', messageWith({ arch: 2 }), 'unknown-arch'],
    ['a firmware without option 94', without(94), 'no-client-interface'],
  ])('%s', (_what, message, reason) => {
    expect(identify(message)).toEqual({ kind: 'ignore', reason });
  });
});

describe("a client's address", () => {
  const { discover, request, inform } = messageType;
  const ciaddr = parseIpv4('10.0.0.7');

  test.each([
    ['from option 50 of a REQUEST', { type: request, requestedAddress: '10.0.0.8' }, '10.0.0.8'],
    ['from ciaddr of a REQUEST', { type: request, header: { ciaddr } }, '10.0.0.7'],
    ['from ciaddr of an INFORM', { type: inform, header: { ciaddr } }, '10.0.0.7'],
    [
      'not from a DISCOVER, which only wishes',
      { type: discover, requestedAddress: '10.0.0.8' },
      undefined,
    ],
    ['not where none is told', { type: request }, undefined],
    ['not where no host can have it', { type: request, requestedAddress: '224.0.0.1' }, undefined],
  ])('%s', (_what, changes, address) => {
    expect(findClientAddress(messageWith(changes))).toBe(address);
  });
});
