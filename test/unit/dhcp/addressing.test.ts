import { describe, expect, test } from 'vitest';
import { destinationOf } from '../../../src/dhcp/addressing.ts';
import { messageType } from '../../../src/dhcp/codes.ts';
import { formatIpv4, isHostAddress, parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import { messageWith } from '../../fixtures/dhcp.ts';

const relay = parseIpv4('10.1.0.1');
const client = parseIpv4('10.1.0.9');
const offered = parseIpv4('10.1.0.50');

describe('RFC 2131 4.1', () => {
  test.each([
    { name: 'a relay first of all', giaddr: relay, ciaddr: client, to: '10.1.0.1:67' },
    { name: 'the address the client has', ciaddr: client, flags: 0x8000, to: '10.1.0.9:68' },
    { name: 'everybody, not the offered address', yiaddr: offered, to: '255.255.255.255:68' },
    { name: 'broadcast where none is offered', to: '255.255.255.255:68' },
    { name: 'a NAK by broadcast', type: messageType.nak, ciaddr: client, to: '255.255.255.255:68' },
    { name: 'a NAK through the relay', type: messageType.nak, giaddr: relay, to: '10.1.0.1:67' },
    { name: 'no forged loopback', ciaddr: parseIpv4('127.0.0.1'), to: '255.255.255.255:68' },
    { name: 'no forged multicast relay', giaddr: parseIpv4('224.0.0.1'), to: '255.255.255.255:68' },
  ])('$name', ({ giaddr = 0, ciaddr = 0, flags = 0, yiaddr = 0, type = messageType.offer, to }) => {
    const request = messageWith({ header: { giaddr, ciaddr, flags } });
    const reply = messageWith({ type, header: { op: 2, yiaddr } });
    const { address, port } = destinationOf(request, reply);
    expect(`${address}:${port}`).toBe(to);
  });
});

describe('IPv4', () => {
  test.each(['0.0.0.0', '10.77.0.1', '192.168.255.254', '255.255.255.255'])('%s', (text) => {
    expect(formatIpv4(parseIpv4(text))).toBe(text);
  });

  test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', 'a.b.c.d', '1.2.3.4 ', '-1.2.3.4'])(
    '%j is refused',
    (text) => {
      expect(() => parseIpv4(text)).toThrow(RangeError);
    },
  );

  test.each([
    ['10.0.0.1', true],
    ['223.255.255.255', true],
    ['0.0.0.0', false],
    ['127.0.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
  ])('%s can be a host: %s', (text, expected) => {
    expect(isHostAddress(parseIpv4(text))).toBe(expected);
  });
});
