import { describe, expect, test } from 'vitest';
import { broadcastFlag, messageType } from '../../../src/dhcp/codes.ts';
import { decode } from '../../../src/dhcp/decode.ts';
import { encode } from '../../../src/dhcp/encode.ts';
import { field } from '../../../src/dhcp/fields.ts';
import { parseIpv4 } from '../../../src/dhcp/ipv4.ts';
import { createDhcpSearch } from '../../../src/service/dhcp-search.ts';

const lans = [
  { name: 'eth0', address: '10.77.0.1', mac: '52:54:00:00:00:01' },
  { name: 'eth1', address: '10.78.0.1', mac: '52:54:00:00:00:02' },
];

/** A server's answer to one question. */
function offerTo(question: Buffer, server: string | null, yiaddr = '10.77.0.100'): Buffer {
  const request = decode(question);
  const options = new Map<number, Buffer>();
  field.messageType.write(options, messageType.offer);
  if (server !== null) field.serverIdentifier.write(options, parseIpv4(server));
  return encode({ ...request, op: 2, yiaddr: parseIpv4(yiaddr), options });
}

/** A search whose LANs answer with what `answers` makes of the questions. */
const searchWith = (answers: (questions: Buffer[]) => { bytes: Buffer; address: string }[]) =>
  createDhcpSearch({
    async ask(questions, onReply) {
      for (const answer of answers(questions.map(({ bytes }) => bytes))) onReply(answer);
    },
    findOwner: async (address) => (address === '10.77.0.254' ? '00:00:5e:00:00:01' : undefined),
  });

describe('DHCP servers', () => {
  test('each is found once, on the interface whose question it answers', async () => {
    const { find } = searchWith(([first, second]) => [
      { bytes: offerTo(first as Buffer, '10.77.0.254'), address: '10.77.0.254' },
      { bytes: offerTo(first as Buffer, '10.77.0.254'), address: '10.77.0.254' },
      { bytes: offerTo(second as Buffer, null, '10.78.0.9'), address: '10.78.0.254' },
    ]);
    expect(await find(lans)).toEqual([
      {
        interface: 'eth0',
        address: '10.77.0.254',
        mac: '00:00:5e:00:00:01',
        offered: '10.77.0.100',
      },
      { interface: 'eth1', address: '10.78.0.254', mac: null, offered: '10.78.0.9' },
    ]);
  });

  test('ourselves, a ProxyDHCP server, other transactions and junk do not count', async () => {
    const { find, refuseOthers } = searchWith(([first]) => {
      const stranger = offerTo(first as Buffer, '10.77.0.254');
      stranger.writeUInt32BE(1, 4);
      return [
        { bytes: offerTo(first as Buffer, '10.77.0.1'), address: '10.77.0.1' },
        { bytes: offerTo(first as Buffer, '10.77.0.3', '0.0.0.0'), address: '10.77.0.3' },
        { bytes: stranger, address: '10.77.0.254' },
        { bytes: Buffer.from('junk'), address: '10.77.0.4' },
      ];
    });
    expect(await find(lans)).toEqual([]);
    await refuseOthers(lans);
  });

  test('a found one is named', async () => {
    const { refuseOthers } = searchWith(([first]) => [
      { bytes: offerTo(first as Buffer, '10.77.0.254'), address: '10.77.0.254' },
    ]);
    await expect(refuseOthers(lans)).rejects.toMatchObject({
      code: 'other_dhcp_server',
      context: { interface: 'eth0', address: '10.77.0.254', mac: '00:00:5e:00:00:01' },
    });
  });

  test('the question is an ordinary DISCOVER by broadcast, of our own MAC', async () => {
    let asked: Buffer | undefined;
    const { find } = searchWith(([first]) => {
      asked = first;
      return [];
    });
    await find(lans);
    const { flags, chaddr, options } = decode(asked as Buffer);
    expect(flags).toBe(broadcastFlag);
    expect(chaddr.toString('hex')).toBe('525400000001');
    expect(field.messageType.read(options)).toBe(messageType.discover);
    expect(options.has(field.vendorClass.code)).toBe(false);
  });
});
