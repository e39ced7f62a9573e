import { expect, test } from 'vitest';
import { identify } from '../../../src/boot/identify.ts';
import { addBootPart } from '../../../src/boot/lease-reply.ts';
import type { Serves } from '../../../src/boot/plan.ts';
import { type MessageChanges, messageWith, planWith } from '../../fixtures/dhcp.ts';

const http = { arch: 16, vendorClass: 'HTTPClient:Arch:00016:UNDI:003000' };

test.each<[Serves, string, MessageChanges, string | undefined]>([
  ['all', 'PXE', {}, 'undionly.kpxe'],
  ['http-boot', 'PXE', {}, undefined],
  ['http-boot', 'HTTP boot', http, 'http://10.77.0.1:8080/boot/ipxe.efi'],
  ['nothing', 'PXE', {}, undefined],
  ['nothing', 'HTTP boot', http, undefined],
])(
  'a PC served %s gets its address, and by %s the boot file that it may have',
  (serves, _by, asks, target) => {
    const request = messageWith(asks);
    const identified = identify(request);
    if (identified.kind === 'ignore') throw new Error(identified.reason);
    const reply = { ...messageWith(), op: 2, yiaddr: 7, file: '', options: new Map() };
    const answer = addBootPart(identified.client, request, reply, planWith({ serves }), 'offer');
    expect([answer?.target, reply.yiaddr]).toEqual([target, 7]);
    expect(reply.file).toBe(target?.startsWith('http') ? '' : (target ?? ''));
  },
);
