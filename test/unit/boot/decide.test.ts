import { describe, expect, test } from 'vitest';
import { type Decision, decide } from '../../../src/boot/decide.ts';
import { identify } from '../../../src/boot/identify.ts';
import type { DhcpPlan } from '../../../src/boot/plan.ts';
import type { DhcpPort } from '../../../src/boot/question.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import type { Packet } from '../../../src/dhcp/packet.ts';
import {
  ipxeOption,
  type MessageChanges,
  messageWith,
  planWith,
  serverAddress,
} from '../../fixtures/dhcp.ts';

const scriptUrl = planWith().server.scriptUrl;
const ciaddr = parseIpv4('10.77.0.145');
const direct43 = '0601080a0400505845ff';

function decideOn(
  message: Packet,
  plan: Partial<DhcpPlan> = {},
  port: DhcpPort = 'dhcp',
): Decision {
  const identified = identify(message);
  if (identified.kind === 'ignore') throw new Error(`ignored: ${identified.reason}`);
  return decide(identified.client, message, planWith(plan), port);
}

/** The parts of a reply that firmware looks at. */
function replyTo(changes: MessageChanges, plan: Partial<DhcpPlan> = {}, port: DhcpPort = 'dhcp') {
  const decision = decideOn(messageWith(changes), plan, port);
  if (decision.kind === 'ignore') throw new Error(`ignored: ${decision.reason}`);
  const { packet, answer } = decision;
  return {
    type: answer.type,
    gives: answer.gives,
    file: packet.file,
    vendorClass: field.vendorClass.read(packet.options),
    bootFileName: field.bootFileName.read(packet.options),
    vendorOptions: field.vendorOptions.read(packet.options)?.toString('hex'),
  };
}

function reasonFor(message: Packet, plan: Partial<DhcpPlan> = {}, port: DhcpPort = 'dhcp') {
  const decision = decideOn(message, plan, port);
  return decision.kind === 'ignore' ? decision.reason : 'answered';
}

const uefi = { arch: 7, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' };
const http = { arch: 16, vendorClass: 'HTTPClient:Arch:00016:UNDI:003000' };
const ipxeRom = { userClass: 'iPXE', ipxe: ipxeOption(0x13, 0x11) };
const asksBootServer = { type: messageType.request, header: { ciaddr } };

describe('each firmware gets what it needs', () => {
  const offer = { type: 'offer', vendorClass: 'PXEClient' };
  const ack = { type: 'ack', vendorClass: 'PXEClient' };
  const bios = { gives: 'boot-file', file: 'undionly.kpxe' };
  const efi = { gives: 'boot-file', file: 'ipxe.efi' };
  const script = { gives: 'script', file: scriptUrl };
  const url = {
    gives: 'boot-url',
    vendorClass: 'HTTPClient',
    file: '',
    bootFileName: 'http://10.77.0.1:8080/boot/ipxe.efi',
  };

  test.each<{ name: string; asks: MessageChanges; port?: DhcpPort; plan?: object; gets: object }>([
    {
      name: 'BIOS: all in the OFFER',
      asks: {},
      gets: { ...offer, ...bios, vendorOptions: direct43 },
    },
    { name: 'BIOS on 4011', asks: asksBootServer, port: 'pxe', gets: { ...ack, ...bios } },
    { name: 'UEFI: sent to 4011', asks: uefi, gets: { ...offer, gives: 'boot-server', file: '' } },
    {
      name: 'UEFI on 4011',
      asks: { ...uefi, ...asksBootServer },
      port: 'pxe',
      gets: { ...ack, ...efi },
    },
    {
      name: 'UEFI that fails to ask 4011',
      asks: uefi,
      plan: { efiOffer: 'direct' },
      gets: { ...offer, ...efi, vendorOptions: direct43 },
    },
    {
      name: 'UEFI that trips over both',
      asks: uefi,
      plan: { efiOffer: 'plain' },
      gets: { ...offer, ...efi },
    },
    {
      name: 'BIOS, whatever is said of UEFI',
      asks: {},
      plan: { efiOffer: 'plain' },
      gets: { ...offer, ...bios, vendorOptions: direct43 },
    },
    {
      name: 'HTTP boot of a PC that boots by HTTP only',
      asks: http,
      plan: { serves: 'http-boot' },
      gets: { ...offer, ...url },
    },
    {
      name: 'its iPXE',
      asks: ipxeRom,
      plan: { serves: 'http-boot' },
      gets: { ...offer, ...script },
    },
    {
      name: 'UEFI that says 9',
      asks: { ...uefi, arch: 9, ...asksBootServer },
      port: 'pxe',
      gets: { ...ack, ...efi },
    },
    { name: 'UEFI HTTP boot', asks: http, gets: { ...offer, ...url } },
    { name: 'iPXE ROM', asks: ipxeRom, gets: { ...offer, ...script } },
    { name: 'chained EFI iPXE', asks: { ...ipxeRom, ...uefi }, gets: { ...offer, ...script } },
    { name: 'our build', asks: { userClass: 'cafeboot' }, gets: { ...offer, ...script } },
    {
      name: 'iPXE on 4011',
      asks: { ...ipxeRom, ...asksBootServer },
      port: 'pxe',
      gets: { ...ack, ...script },
    },
    {
      name: "a menu's item on 4011",
      asks: {
        ...ipxeRom,
        ...asksBootServer,
        vendorClass: 'PXEClient',
        vendorOptions: Buffer.from('470480030000ff', 'hex'),
      },
      port: 'pxe',
      gets: { ...ack, ...script, vendorOptions: '470480030000ff' },
    },
    {
      name: 'an INFORM',
      asks: { type: messageType.inform, header: { ciaddr } },
      gets: { ...ack, ...bios },
    },
  ])('$name', ({ asks, port, plan, gets }) => {
    expect(replyTo(asks, plan, port)).toEqual({
      bootFileName: undefined,
      vendorOptions: undefined,
      ...gets,
    });
  });
});

describe('every reply', () => {
  function replyPacket(message: Packet, port: DhcpPort = 'dhcp'): Packet {
    const decision = decideOn(message, {}, port);
    if (decision.kind === 'ignore') throw new Error(decision.reason);
    return decision.packet;
  }

  test('echoes the request and offers no address', () => {
    const relay = parseIpv4('10.1.0.1');
    const header = { xid: 0xabcdef01, flags: 0x8000, giaddr: relay, hops: 1, secs: 9 };
    const message = messageWith({ header });
    expect(replyPacket(message)).toMatchObject({
      op: 2,
      htype: 1,
      hops: 0,
      secs: 0,
      xid: 0xabcdef01,
      flags: 0x8000,
      ciaddr: 0,
      yiaddr: 0,
      siaddr: parseIpv4(serverAddress),
      giaddr: relay,
      chaddr: message.chaddr,
      sname: serverAddress,
    });
  });

  test('an ACK keeps ciaddr', () => {
    expect(replyPacket(messageWith(asksBootServer), 'pxe')).toMatchObject({ ciaddr, yiaddr: 0 });
  });

  test('echoes the machine id, and the relay agent option last', () => {
    const message = messageWith();
    const machineId = Buffer.alloc(17, 3);
    const relayOption = Buffer.from('0104deadbeef', 'hex');
    field.relayAgentInformation.write(message.options, relayOption);
    field.clientMachineId.write(message.options, machineId);
    const options = [...replyPacket(message).options];
    expect(options.map(([code]) => code)).toEqual([53, 54, 60, 97, 43, 82]);
    expect(options[3]?.[1]).toEqual(machineId);
    expect(options.at(-1)?.[1]).toEqual(relayOption);
  });

  test('a URL too long for the file field goes to option 67', () => {
    const { server } = planWith();
    const long = `http://10.77.0.1:8080/${'x'.repeat(120)}`;
    const reply = replyTo(ipxeRom, { server: { ...server, scriptUrl: long } });
    expect(reply).toMatchObject({ gives: 'script', file: '', bootFileName: long });
  });
});

describe('ignored', () => {
  const other = '10.77.0.254';
  const { request, inform, decline, release, offer } = messageType;

  test.each<[string, string, MessageChanges, Partial<DhcpPlan>?, DhcpPort?]>([
    [
      'a REQUEST to the router',
      'request-to-other-server',
      { type: request, serverIdentifier: other },
    ],
    [
      'a REQUEST for an address from us',
      'request-for-lease',
      { type: request, serverIdentifier: serverAddress },
    ],
    [
      'a REQUEST after a reboot',
      'request-for-lease',
      { type: request, requestedAddress: '10.77.0.9' },
    ],
    ['a lease renewed', 'request-for-lease', { type: request, header: { ciaddr } }],
    ['an INFORM without an address', 'inform-without-address', { type: inform }],
    ['a DECLINE', 'message-not-served', { type: decline }],
    ['a RELEASE', 'message-not-served', { type: release }],
    ['an OFFER in a request', 'message-not-served', { type: offer }],
    ['an unheard-of message type', 'message-not-served', { type: 99 }],
    ['a DISCOVER on 4011', 'discover-to-boot-server', {}, {}, 'pxe'],
    [
      'an unknown PC, where those are ignored',
      'unknown-host',
      {},
      { known: false, unknownPolicy: 'ignore' },
    ],
    ['PXE of a PC that boots by HTTP only', 'boots-by-http', uefi, { serves: 'http-boot' }],
    ['a PC that boots its own disk', 'boots-local-disk', {}, { serves: 'nothing' }],
    ['its iPXE', 'boots-local-disk', ipxeRom, { serves: 'nothing' }],
    ['a platform without a boot file', 'no-boot-file', { arch: 11 }],
    ['HTTP boot without a boot file', 'no-boot-file', { ...http, arch: 19 }],
  ])('%s: %s', (_what, reason, asks, plan, port) => {
    expect(reasonFor(messageWith(asks), plan, port)).toBe(reason);
  });

  test.each(['local', 'menu'] as const)(
    'an unknown PC is answered by policy %s',
    (unknownPolicy) => {
      expect(reasonFor(messageWith(), { known: false, unknownPolicy })).toBe('answered');
    },
  );
});

describe('boot server discovery by broadcast', () => {
  const item = Buffer.from('470480030000ff', 'hex');
  const { request } = messageType;

  test.each<[string, MessageChanges]>([
    ['for a boot item', { type: request, header: { ciaddr }, vendorOptions: item }],
    ['for us by name', { type: request, header: { ciaddr }, serverIdentifier: serverAddress }],
  ])('%s is acknowledged', (_what, asks) => {
    expect(replyTo(asks)).toMatchObject({ type: 'ack', file: 'undionly.kpxe' });
  });
});
