import { mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from '../../scripts/lab/appliance.ts';
import { type Lab, startLab } from '../../scripts/lab/lab.ts';
import { osImage } from '../../scripts/lab/os-image.ts';
import { bootTimeoutMs } from '../cafe/cafe.ts';
import { cafeOf30, writeOldCafe } from '../fixtures/predecessor.ts';

/** A cafe of DBC-CloudCyberCafe, taken over by the command line, whose PCs go on as before. */
let lab: Lab;
let appliance: Appliance;
const mac = '52:54:00:ca:fe:01';

beforeAll(async () => {
  const os = await osImage();
  lab = await startLab();
  const [first] = cafeOf30.hosts;
  if (!first) throw new Error('no hosts');
  await writeOldCafe(join(lab.dir, 'old'), {
    ...{ dataDisks: [], os: [{ name: 'debian12', description: 'Debian', capacity: 1 }] },
    menu: [{ name: 'debian', os: 'debian12', data: [] }],
    hosts: [{ ...first, mac: mac.toUpperCase(), menu: 'debian', ip: '' }],
    settings: { iscsi_target_prefix: 'iqn.2022-10.org.dbc.iscsi', menu_timeout: 500 },
  });
  await mkdir(join(lab.dir, 'mnt/debian12'), { recursive: true });
  await symlink(os, join(lab.dir, 'mnt/debian12/disk.img'));
  appliance = await startAppliance(lab);
});
afterAll(() => lab?.close());

test('a PC boots from a disk that was taken over', async () => {
  const disk = join(lab.dir, 'mnt/debian12/disk.img');
  const { mtimeMs } = await stat(disk);
  const flags = ['--from', join(lab.dir, 'old'), '--disks', join(lab.dir, 'mnt')];
  expect(await appliance.cli('migrate', '--dry-run', ...flags)).toMatch(/^add +image +debian12 +/m);
  expect(await appliance.cli('migrate', ...flags)).toMatch(/^same +host +pc_1 +/m);
  expect((await stat(disk)).mtimeMs).toBe(mtimeMs);

  const pc = await lab.addPc({ name: 'pc-old', firmware: 'bios', mac });
  pc.powerOn();
  const up = await pc.console.up(bootTimeoutMs);
  expect(up.target).toBe('iqn.2022-10.org.dbc.iscsi:sn.debian.525400cafe01');
});
