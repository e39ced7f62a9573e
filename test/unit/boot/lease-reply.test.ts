import { describe, expect, test } from 'vitest';
import { identify } from '../../../src/boot/identify.ts';
import { findLeaseMessage, relayedSubnetAddress } from '../../../src/boot/lease-message.ts';
import { addBootPart, leaseNak, leaseReply } from '../../../src/boot/lease-reply.ts';
import type { DhcpPlan } from '../../../src/boot/plan.ts';
import { parseSubnets } from '../../../src/boot/subnet.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { formatIpv4, parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import type { Packet } from '../../../src/dhcp/packet.ts';
import { type MessageChanges, messageWith, planWith } from '../../fixtures/dhcp.ts';
import { cafeSubnet, ownServer } from '../../fixtures/leases.ts';

const [subnet] = parseSubnets([{ ...cafeSubnet, options: ['42:ip:10.77.0.252'] }]);
if (!subnet) throw new Error('no subnet');
const address = parseIpv4('10.77.0.100');
const uefi = { arch: 7, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' };

function replyTo(request: Packet, plan: Partial<DhcpPlan> = {}, type: 'offer' | 'ack' = 'offer') {
  const reply = leaseReply(request, {
    type,
    subnet: subnet as never,
    serverAddress: ownServer,
    address,
  });
  const identified = identify(request);
  const answer =
    identified.kind === 'client'
      ? addBootPart(identified.client, request, reply, planWith(plan), type)
      : undefined;
  return { reply, answer };
}

describe('an OFFER', () => {
  test('has the address and what a host of the subnet has to know', () => {
    const request = messageWith({ vendorClass: 'MSFT 5.0' });
    field.clientIdentifier.write(request.options, Buffer.of(1, 2, 3));
    const { reply, answer } = replyTo(request);
    const { options } = reply;
    expect(formatIpv4(reply.yiaddr)).toBe('10.77.0.100');
    expect(field.serverIdentifier.read(options)).toBe(ownServer);
    expect(field.subnetMask.read(options)).toBe(0xffffff00);
    expect(field.broadcastAddress.read(options)).toBe(parseIpv4('10.77.0.255'));
    expect(field.routers.read(options)).toEqual([parseIpv4('10.77.0.254')]);
    expect(field.dnsServers.read(options)).toEqual([parseIpv4('10.77.0.253')]);
    expect(field.leaseSeconds.read(options)).toBe(1_000);
    expect(field.renewalSeconds.read(options)).toBe(500);
    expect(field.rebindingSeconds.read(options)).toBe(875);
    expect(field.clientIdentifier.read(options)).toEqual(Buffer.of(1, 2, 3));
    expect(options.get(42)?.toString('hex')).toBe('0a4d00fc');
    expect([reply.siaddr, reply.file, answer]).toEqual([0, '', undefined]);
  });

  test('has other options only where they are asked for, or nothing is', () => {
    const request = messageWith();
    field.parameterRequestList.write(request.options, [1, 3]);
    expect(replyTo(request).reply.options.has(42)).toBe(false);
    field.parameterRequestList.write(request.options, [1, 42]);
    expect(replyTo(request).reply.options.has(42)).toBe(true);
  });
});

describe('what is booted goes with the address', () => {
  const changes: MessageChanges[] = [{}, uefi, { userClass: 'iPXE' }];
  test.each(changes)('as in any DHCP server: siaddr and file, neither 60 nor 43: %o', (change) => {
    for (const type of ['offer', 'ack'] as const) {
      const { reply, answer } = replyTo(messageWith(change), {}, type);
      expect(reply.siaddr).toBe(ownServer);
      expect(reply.file).toBe(answer?.target);
      expect(reply.file).not.toBe('');
      expect(reply.options.has(field.vendorClass.code)).toBe(false);
      expect(reply.options.has(field.vendorOptions.code)).toBe(false);
      expect(reply.yiaddr).toBe(address);
      expect(field.messageType.read(reply.options)).toBe(messageType[type]);
    }
  });

  test('unless a firmware is to be told by option 43', () => {
    const { options } = replyTo(messageWith(uefi), { efiOffer: 'direct' }).reply;
    expect(field.vendorClass.read(options)).toBe('PXEClient');
    expect(options.has(field.vendorOptions.code)).toBe(true);
  });

  test('UEFI HTTP boot wants its name and a URL', () => {
    const http = { arch: 16, vendorClass: 'HTTPClient:Arch:00016:UNDI:003000' };
    const { reply, answer } = replyTo(messageWith(http));
    expect(answer?.gives).toBe('boot-url');
    expect(field.vendorClass.read(reply.options)).toBe('HTTPClient');
    expect(field.bootFileName.read(reply.options)).toMatch(/^http:.*ipxe\.efi$/);
  });

  test('a PC in no list that is to be ignored gets its address alone', () => {
    const { reply, answer } = replyTo(messageWith(), { known: false, unknownPolicy: 'ignore' });
    expect([reply.yiaddr, reply.file, answer]).toEqual([address, '', undefined]);
  });
});

describe('relay agents', () => {
  const agent = Buffer.of(1, 2, 0xaa, 0xbb);
  const relayed = (information = agent) => {
    const request = messageWith({ header: { giaddr: parseIpv4('10.78.0.254') } });
    field.relayAgentInformation.write(request.options, information);
    return request;
  };

  test('their option is repeated last of all', () => {
    const request = relayed();
    const replies = [replyTo(request).reply, leaseNak(request, ownServer, 'wrong-network')];
    for (const { options, giaddr } of replies) {
      expect([...options].at(-1)).toEqual([82, agent]);
      expect(giaddr).toBe(request.giaddr);
    }
  });

  test('a NAK has to be broadcast by them', () => {
    expect(leaseNak(relayed(), ownServer, 'wrong-network').flags & 0x8000).toBe(0x8000);
    expect(leaseNak(messageWith(), ownServer, 'wrong-network').flags).toBe(0);
  });

  test('giaddr tells the subnet, unless a link is selected (RFC 3527)', () => {
    expect(formatIpv4(relayedSubnetAddress(relayed()))).toBe('10.78.0.254');
    expect(formatIpv4(relayedSubnetAddress(relayed(Buffer.of(5, 4, 10, 79, 0, 0))))).toBe(
      '10.79.0.0',
    );
    expect(relayedSubnetAddress(messageWith())).toBe(0);
  });
});

describe('who a client is', () => {
  test('its MAC, whatever identifier each of its programs sends', () => {
    for (const identifier of [undefined, Buffer.of(1, 2, 3), Buffer.from('ff00', 'hex')]) {
      const request = messageWith();
      if (identifier) field.clientIdentifier.write(request.options, identifier);
      expect(findLeaseMessage(request)?.client).toBe('52:54:00:77:00:10');
    }
  });

  test('the identifier where there is no MAC; nobody without both, nor by BOOTP', () => {
    const request = messageWith({ header: { htype: 32, chaddr: Buffer.alloc(0) } });
    expect(findLeaseMessage(request)).toBeUndefined();
    field.clientIdentifier.write(request.options, Buffer.of(0, 1, 2));
    expect(findLeaseMessage(request)?.client).toBe('id:000102');
    const bootp = messageWith();
    bootp.options.delete(field.messageType.code);
    expect(findLeaseMessage(bootp)).toBeUndefined();
  });

  test('names are shown to people: printable, short', () => {
    const request = messageWith();
    field.hostName.write(request.options, `pc\u0007-01${'x'.repeat(100)}`);
    expect(findLeaseMessage(request)?.hostName).toMatch(/^pc-01x{59}$/);
  });
});
