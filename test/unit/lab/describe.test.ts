import { expect, test } from 'vitest';
import { describe, shortTarget } from '../../../scripts/lab/describe.ts';

const describeEvent = (kind: string, data: Record<string, unknown> = {}) =>
  describe({ id: 1, at: 0, kind, level: 'info', mac: '52:54:00:00:00:01', data });

const target = 'iqn.2022-10.org.dbc.iscsi:sn.debian.525400000001';

test.each([
  [
    'boot.dhcp',
    { stage: 'rom', arch: 'UEFI x64', answer: 'offer', gives: 'boot-server', file: 'ipxe.efi' },
    'DHCP: OFFER to UEFI x64 firmware: ask me on port 4011',
  ],
  [
    'boot.dhcp',
    { stage: 'rom', arch: 'UEFI x64', answer: 'ack', gives: 'boot-file', file: 'ipxe.efi' },
    'DHCP: ACK to UEFI x64 firmware: boot file ipxe.efi',
  ],
  [
    'boot.dhcp',
    { stage: 'ipxe', arch: 'BIOS', answer: 'offer', gives: 'script', file: 'http://h/boot.ipxe' },
    'DHCP: OFFER to iPXE on BIOS: script http://h/boot.ipxe',
  ],
  [
    'boot.tftp',
    { file: 'ipxe.efi', sizeBytes: 2 ** 20, durationMs: 500, outcome: 'done' },
    'TFTP: ipxe.efi, 1.0 MiB in 0.50 s (2.0 MiB/s)',
  ],
  // Faster than the clock's tick: no division by zero.
  [
    'boot.tftp',
    { file: 'autoexec.ipxe', sizeBytes: 100, durationMs: 0, outcome: 'done' },
    'TFTP: autoexec.ipxe, 100 B in 0.00 s (97.7 KiB/s)',
  ],
  [
    'boot.tftp',
    { file: 'ipxe.efi', sizeBytes: 2 ** 20, durationMs: 9000, outcome: 'timeout' },
    'TFTP: ipxe.efi: timeout',
  ],
  ['boot.http', { file: 'ipxe.efi' }, 'HTTP: ipxe.efi'],
  [
    'boot.script',
    { script: 'menu', entry: null },
    'script: boot menu; its default starts by itself',
  ],
  ['boot.script', { script: 'entry', entry: 'debian' }, 'script: boot entry debian'],
  ['boot.disk', { target }, 'iSCSI: logged in to sn.debian.525400000001'],
  [
    'boot.disk-gone',
    { target, readBytes: 3 * 2 ** 20, writtenBytes: 2048 },
    'iSCSI: gone, after 3.0 MiB read, 2.0 KiB written',
  ],
  ['boot.os', { os: 'Debian', version: '12' }, 'OS: Debian 12 is up'],
  ['boot.failed', { entry: 'debian', code: 'no_space' }, /^FAILED: boot\.failed .*no_space/],
  ['boot.refused', { address: '10.0.0.9' }, /^FAILED: boot\.refused .*10\.0\.0\.9/],
] as const)('%s %j', (kind, data, expected) => {
  const described = describeEvent(kind, data);
  const text = `${described?.stage}: ${described?.text}`;
  if (typeof expected === 'string') expect(text).toBe(expected);
  else expect(text).toMatch(expected);
});

test('what is not part of a boot is not shown', () => {
  expect(describeEvent('setting.changed', { key: 'rechain' })).toBeUndefined();
});

test('a target without a prefix is shown whole', () => {
  expect(shortTarget('sn')).toBe('sn');
});
