import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDeb } from '../../../scripts/dist/deb.ts';
import { serverPackages } from '../../../src/install/packages.ts';

/** A package around a small program, as dpkg sees it. */
let dir: string;
let deb: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cafeboot-deb-test-'));
  const binary = join(dir, 'program');
  await writeFile(binary, '#!/bin/sh\n');
  const buildInfo = { version: '1.2.3', commit: 'abc1234' };
  const date = new Date(Date.UTC(2026, 0, 1));
  const root = process.cwd();
  deb = await buildDeb({ root, output: dir, buildInfo, date, platform: 'linux-x64', binary });
});
afterAll(() => rm(dir, { recursive: true }));

const ask = async (...args: string[]) => (await execa('dpkg-deb', args)).stdout;

test('its name and its fields; it needs what install would install', async () => {
  expect(deb).toBe(join(dir, 'cafeboot_1.2.3_amd64.deb'));
  const fields = await ask('--field', deb);
  for (const line of ['Package: cafeboot', 'Version: 1.2.3', 'Architecture: amd64']) {
    expect(fields.split('\n')).toContain(line);
  }
  expect(fields).toMatch(/^Recommends: tgt$/m);
  const [, depends = ''] = /^Depends: (.+)$/m.exec(fields) ?? [];
  expect(depends.split(', ')).toEqual(expect.arrayContaining([...serverPackages]));
});

test('its files are root`s, with the modes of a system, and the unit starts the packaged program', async () => {
  const files = (await ask('--contents', deb)).split('\n').map((line) => {
    const [mode, owner, , , , path] = line.split(/\s+/);
    return `${mode} ${owner} ${path}`;
  });
  expect(files.filter((line) => !line.endsWith('/'))).toEqual([
    '-rw-r--r-- root/root ./etc/cafeboot/cafeboot.toml',
    '-rwxr-xr-x root/root ./usr/bin/cafeboot',
    '-rw-r--r-- root/root ./usr/lib/systemd/system/cafeboot.service',
    '-rw-r--r-- root/root ./usr/share/doc/cafeboot/copyright',
  ]);
  expect(
    files.filter((line) => line.endsWith('/') && !line.startsWith('drwxr-xr-x root/')),
  ).toEqual([]);
  await execa('dpkg-deb', ['--extract', deb, join(dir, 'tree')]);
  const unit = await readFile(join(dir, 'tree/usr/lib/systemd/system/cafeboot.service'), 'utf8');
  expect(unit).toMatch(/^ExecStart=\/usr\/bin\/cafeboot serve$/m);
});

test('what the administrator changes is kept, and each script is one', async () => {
  const control = join(dir, 'control');
  await execa('dpkg-deb', ['--control', deb, control]);
  expect(await readFile(join(control, 'conffiles'), 'utf8')).toBe('/etc/cafeboot/cafeboot.toml\n');
  for (const name of ['postinst', 'prerm', 'postrm'])
    await execa('sh', ['-n', join(control, name)]);
});
