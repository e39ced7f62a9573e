import { expect, test } from 'vitest';
import { identifyBuild } from '../../../src/boot/boot-builds.ts';

const bytesWith = (...strings: string[]) => Buffer.from(`MZ\0\x90\0${strings.join('\0\0')}\0\xff`);
const about = { name: 'ipxe.efi', sha256: 'abc' };

test.each([
  ['1.0.0+git-20190125.36a4c85-5.1', '2019-01-25'],
  ['1.21.1+git20250501.3bec0b1-2', '2025-05-01'],
  ['1.21.1 (g988d2)', '2020-12'],
  ['2.0.0', '2026-03'],
  ['2.0.0 (g12798ec29)', '2026-03'],
  // After that release; when, it does not say.
  ['1.21.1+ (g4bd064de)', null],
  ['2.7.1', null],
])('iPXE %s is of %s', (version, date) => {
  expect(identifyBuild(bytesWith('http://ipxe.org', version), about)).toEqual({
    own: false,
    version,
    date,
  });
});

test('what only looks like a version is none', () => {
  const bytes = bytesWith('127.0.0.1', '1.3.6.1.5', 'x1.2.3', '2.5.4.3 OID');
  expect(identifyBuild(bytes, about)).toEqual({ own: false, version: null, date: null });
});

test('our script in it shows our build', () => {
  const bytes = bytesWith('2.0.0 (g12798ec29)', '#!ipxe\nset user-class cafeboot\ndhcp');
  expect(identifyBuild(bytes, about)).toMatchObject({ own: true, version: '2.0.0 (g12798ec29)' });
});

test('a packed file is known by the checksum in its manifest only', () => {
  const manifest = {
    release: 'v2.0.0',
    builtAt: '2026-11-24T10:00:00Z',
    sha256: { 'undionly.kpxe': 'abc' },
  };
  const packed = Buffer.alloc(1000, 0x55);
  const name = 'undionly.kpxe';
  expect(identifyBuild(packed, { name, sha256: 'abc', manifest })).toEqual({
    own: true,
    version: 'v2.0.0',
    date: '2026-11-24',
  });
  const none = { own: false, version: null, date: null };
  expect(identifyBuild(packed, { name, sha256: 'other', manifest })).toEqual(none);
  expect(identifyBuild(packed, { name, sha256: 'abc' })).toEqual(none);
});
