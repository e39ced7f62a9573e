import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/boot/decide.ts';
import { identify } from '../../../src/boot/identify.ts';
import type { DhcpPlan, RechainPolicy } from '../../../src/boot/plan.ts';
import { ipxeOption, type MessageChanges, messageWith, planWith } from '../../fixtures/dhcp.ts';

function givenTo(changes: MessageChanges, plan: Partial<DhcpPlan>) {
  const message = messageWith({ userClass: 'iPXE', ...changes });
  const identified = identify(message);
  if (identified.kind === 'ignore') throw new Error(identified.reason);
  const decision = decide(identified.client, message, planWith(plan), 'dhcp');
  if (decision.kind === 'ignore') throw new Error(decision.reason);
  return decision.answer.gives;
}

const complete = ipxeOption(0x13, 0x11);

test.each<{ rechain: RechainPolicy; name: string; ipxe?: Buffer; gives: string }>([
  { rechain: 'never', name: 'complete', ipxe: complete, gives: 'script' },
  { rechain: 'never', name: 'without iSCSI', ipxe: ipxeOption(0x13), gives: 'script' },
  { rechain: 'missing-features', name: 'complete', ipxe: complete, gives: 'script' },
  {
    rechain: 'missing-features',
    name: 'without iSCSI',
    ipxe: ipxeOption(0x13),
    gives: 'boot-file',
  },
  { rechain: 'missing-features', name: 'without HTTP', ipxe: ipxeOption(0x11), gives: 'boot-file' },
  { rechain: 'missing-features', name: 'that tells nothing', gives: 'boot-file' },
  { rechain: 'always', name: 'complete', ipxe: complete, gives: 'boot-file' },
])('rechain $rechain: an iPXE ROM $name gets the $gives', ({ rechain, ipxe, gives }) => {
  expect(givenTo(ipxe ? { ipxe } : {}, { rechain })).toBe(gives);
});

describe('rechain always ends where', () => {
  const plan = { rechain: 'always' } as const;

  test.each<[string, MessageChanges, Partial<DhcpPlan>]>([
    ['our own build asks', { userClass: 'cafeboot', ipxe: complete }, {}],
    ['a stock undionly.kpxe repeats the cached vendor class', { vendorClass: 'PXEClient' }, {}],
    ['the PC just fetched a boot file', {}, { bootFileFetched: true }],
    ['the PC was given one too often', {}, { recentRechains: 4 }],
  ])('%s', (_what, asks, memory) => {
    expect(givenTo(asks, { ...plan, ...memory })).toBe('script');
  });
});

/** A PC whose every iPXE is a stock one that, in the worst case, shows no sign of having been chained. */
test.each([
  { signs: 'its vendor class', chainedClass: 'PXEClient', remembersFetch: false, rechains: 1 },
  { signs: 'its fetch', chainedClass: undefined, remembersFetch: true, rechains: 1 },
  {
    signs: 'nothing but its repeated questions',
    chainedClass: undefined,
    remembersFetch: false,
    rechains: 4,
  },
])('a stock iPXE known by $signs does not loop', ({ chainedClass, remembersFetch, rechains }) => {
  let recentRechains = 0;
  let changes: MessageChanges = {};
  const maxBoots = 20;
  for (let boot = 0; boot < maxBoots; boot++) {
    const bootFileFetched = remembersFetch && recentRechains > 0;
    const gives = givenTo(changes, { rechain: 'always', bootFileFetched, recentRechains });
    if (gives === 'script') break;
    recentRechains++;
    if (chainedClass) changes = { vendorClass: chainedClass };
  }
  expect(recentRechains).toBe(rechains);
});
