import { describe, expect, test } from 'vitest';
import {
  alternativesOf,
  type BootTry,
  bootFileNames,
  failuresAllowed,
  judge,
  nextWay,
} from '../../../src/boot/firmware.ts';

const all = new Set(bootFileNames);

describe('the boot files to try', () => {
  test.each([
    ['bios', 'auto', ['undionly.kpxe', 'ipxe.pxe']],
    ['efi-x64', 'auto', ['snponly.efi', 'ipxe.efi']],
    ['efi-x64', 'http', ['snponly.efi', 'ipxe.efi']],
    ['efi-x64', 'ipxe', ['ipxe.efi']],
    ['efi-x64', 'snponly', ['snponly.efi']],
    ['bios', 'ipxe', ['ipxe.pxe']],
    ['bios', 'undionly', ['undionly.kpxe']],
    // A choice that does not fit how the PC starts today counts as none.
    ['bios', 'snponly', ['undionly.kpxe', 'ipxe.pxe']],
    ['efi-x64', 'undionly', ['snponly.efi', 'ipxe.efi']],
    ['efi-arm64', 'auto', ['ipxe-arm64.efi']],
    ['efi-arm32', 'auto', []],
  ] as const)('%s, %s', (platform, choice, files) => {
    expect(alternativesOf(platform, choice, all)).toEqual(files);
  });

  test('only what is there, but a missing one is asked for rather than nothing', () => {
    expect(alternativesOf('efi-x64', 'auto', new Set(['ipxe.efi']))).toEqual(['ipxe.efi']);
    expect(alternativesOf('efi-x64', 'auto', new Set())).toEqual(['snponly.efi']);
    expect(alternativesOf('efi-x64', 'ipxe', new Set(['snponly.efi']))).toEqual(['ipxe.efi']);
  });
});

describe('what a new DISCOVER says of the try before', () => {
  const fresh: BootTry = {
    transport: 'tftp',
    startedAtMs: 0,
    lastAskedAtMs: 0,
    asked: 1,
    movedOn: false,
    fetch: 'none',
  };
  const soon = { transport: 'tftp', nowMs: 29_000 } as const;
  const later = { transport: 'tftp', nowMs: 61_000 } as const;
  const overHttp = { transport: 'http', nowMs: 20_000 } as const;

  test.each([
    ['it repeats itself', fresh, soon, 'going-on'],
    ['many repetitions without an answer that it takes', { ...fresh, asked: 4 }, later, 'offer'],
    ['one question, then nothing for a minute', fresh, later, 'nothing'],
    ['it took an address and asked for no file', { ...fresh, movedOn: true }, soon, 'offer'],
    ['the file was fetched', { ...fresh, movedOn: true, fetch: 'done' }, soon, 'file'],
    ['the file could not be fetched', { ...fresh, fetch: 'failed' }, later, 'file'],
    ['PXE gave up, HTTP boot begins', { ...fresh, asked: 4 }, overHttp, 'offer'],
    ['PXE was asked once, HTTP boot begins', fresh, overHttp, 'nothing'],
    [
      'HTTP boot did not take the URL',
      { ...fresh, transport: 'http', movedOn: true },
      soon,
      'nothing',
    ],
    ['HTTP boot repeats itself', { ...fresh, transport: 'http', asked: 9 }, overHttp, 'going-on'],
    ['HTTP boot never went on', { ...fresh, transport: 'http', asked: 9 }, later, 'nothing'],
    [
      'HTTP boot fetched it',
      { ...fresh, transport: 'http', movedOn: true, fetch: 'done' },
      soon,
      'file',
    ],
  ] as const)('%s', (_what, last, asks, verdict) => {
    expect(judge(last, asks)).toBe(verdict);
  });

  test('what has worked may fail once: people do switch PCs off', () => {
    expect([failuresAllowed({ worked: true }), failuresAllowed({ worked: false })]).toEqual([2, 1]);
  });
});

describe('the next way', () => {
  const uefi = { platform: 'efi-x64', files: ['snponly.efi', 'ipxe.efi'] } as const;
  const bios = { platform: 'bios', files: ['undionly.kpxe', 'ipxe.pxe'] } as const;

  test.each([
    [uefi, 'file', { file: 'snponly.efi', offer: 'direct' }, { file: 'ipxe.efi', offer: 'direct' }],
    [
      uefi,
      'file',
      { file: 'ipxe.efi', offer: 'boot-server' },
      { file: 'snponly.efi', offer: 'boot-server' },
    ],
    [
      uefi,
      'offer',
      { file: 'ipxe.efi', offer: 'boot-server' },
      { file: 'ipxe.efi', offer: 'direct' },
    ],
    [uefi, 'offer', { file: 'ipxe.efi', offer: 'direct' }, { file: 'ipxe.efi', offer: 'plain' }],
    [
      uefi,
      'offer',
      { file: 'ipxe.efi', offer: 'plain' },
      { file: 'ipxe.efi', offer: 'boot-server' },
    ],
    [
      bios,
      'file',
      { file: 'undionly.kpxe', offer: 'boot-server' },
      { file: 'ipxe.pxe', offer: 'boot-server' },
    ],
    [
      bios,
      'offer',
      { file: 'undionly.kpxe', offer: 'boot-server' },
      { file: 'undionly.kpxe', offer: 'boot-server' },
    ],
  ] as const)('%j %s %j', (what, failed, before, after) => {
    expect(nextWay(before, failed, what)).toEqual(after);
  });

  test('the only file stays', () => {
    const way = { file: 'ipxe.efi', offer: 'plain' } as const;
    expect(nextWay(way, 'file', { platform: 'efi-x64', files: ['ipxe.efi'] })).toEqual(way);
  });
});
