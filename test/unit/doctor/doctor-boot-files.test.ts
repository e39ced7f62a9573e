import { expect, test } from 'vitest';
import { bootFiles } from '../../../src/doctor/boot-files.ts';
import type { CheckContext } from '../../../src/doctor/check.ts';
import type { BootFileReport } from '../../../src/service/boot-files.ts';

const today = Date.parse('2030-06-01');
const find = (reports: BootFileReport[]) =>
  bootFiles.run({
    describeBootFiles: async () => reports,
    now: () => today,
  } as unknown as CheckContext);

const file = (name: string, changes: Partial<BootFileReport> = {}): BootFileReport => ({
  ...{ name, path: `/usr/lib/ipxe/${name}`, own: false, versionFrom: null },
  ...{ version: '1.0.0', date: '2019-01-25' },
  ...changes,
});
const daysAgo = (days: number) => new Date(today - days * 86_400_000).toISOString().slice(0, 10);

test('old, new, and our own', async () => {
  const packed = file('undionly.kpxe', { versionFrom: 'snponly.efi' });
  const fresh = file('snponly.efi', { date: daysAgo(400) });
  const own = file('ipxe.efi', { own: true, date: daysAgo(4000) });
  const findings = await find([packed, fresh, own]);
  expect(findings.map(({ verdict, code }) => [verdict, code])).toEqual([
    ['warn', 'boot-file-old'],
    ['ok', 'boot-file-stock'],
    ['ok', 'boot-file-own'],
  ]);
  expect(findings[0]?.data.version).toBe('1.0.0 (as snponly.efi)');
  expect(findings[1]?.data.years).toBe('1.1');
});

test('one file of each kind of PC is enough; none is a fault', async () => {
  const codes = async (...reports: BootFileReport[]) =>
    (await find(reports)).flatMap(({ code, data }) =>
      code === 'boot-file-missing' ? [data.pcs] : [],
    );
  expect(await codes(file('ipxe.pxe'), file('ipxe.efi'))).toEqual([]);
  expect(await codes(file('ipxe.efi'))).toEqual(['BIOS']);
  expect(await codes()).toEqual(['BIOS', 'UEFI']);
});

test('a file that tells nothing', async () => {
  const [finding] = await find([file('snponly.efi', { version: null, date: null })]);
  expect(finding).toMatchObject({ verdict: 'ok', data: { version: '?', date: '?', years: '?' } });
});
