import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import type { Host } from '../../src/service/host-fields.ts';
import type { Image } from '../../src/service/images.ts';
import { bootSteps } from '../cafe/boot-steps.ts';
import { bootTimeoutMs, targetPrefix, useCafe } from '../cafe/cafe.ts';

const cafe = useCafe();
const image = 'captured';
let pc: Pc;
let uefi: Pc;
let other: Pc;

beforeAll(async () => {
  const ownDisk = { localDisk: cafe().osImagePath, host: { super: true } };
  pc = await cafe().addPc({ name: 'own-disk', firmware: 'bios', ...ownDisk });
  uefi = await cafe().addPc({ name: 'own-disk-uefi', firmware: 'uefi', ...ownDisk });
  other = await cafe().addPc({ name: 'other', firmware: 'uefi' });
});

const capture = (host: Pc, name: string) =>
  cafe().json<Host[]>('host', 'capture', host.name, '--image', name);
const targetOfCapture = ({ mac }: Pc) => `${targetPrefix}:capture.${mac.replaceAll(':', '')}`;
const publish = () => cafe().json<Image>('image', 'publish', image);

test('a PC boots its own disk and has the blank image beside it', async () => {
  for (const name of [image, 'another']) {
    await cafe().json('image', 'create', '--name', name, '--size', '600M');
  }
  expect(await capture(pc, image)).toMatchObject([{ name: pc.name, capture: image }]);
  await capture(uefi, 'another');
  // Its firmware tries all of its network boots before its disk: looked at further below.
  uefi.powerOn();
  const target = targetOfCapture(pc);
  expect(await cafe().boot(pc)).toMatchObject({ disk: 'vda', target: '-', ibftTarget: target });
  expect(await pc.console.disks()).toMatchObject([{ disk: 'sda', target, label: '-' }]);
  expect(bootSteps(await cafe().events(pc)).slice(-4)).toEqual([
    'script menu',
    'script capture',
    'disk',
    'os',
  ]);
});

test('while it has the image, that is not published, nor is the capture ended', async () => {
  await expect(publish()).rejects.toThrow('Shut that PC down first');
  const end = cafe().json('host', 'capture', pc.name, '--end');
  await expect(end).rejects.toThrow('Shut that PC down first');
});

test('it copies its disk there, and what is published boots another PC, of other firmware', async () => {
  await pc.console.write('/root/mark', 'of the own disk');
  await pc.console.copy('/dev/vda', '/dev/sda');
  await cafe().shutDown(pc);
  expect(await publish()).toMatchObject({ published: 2, draft: null });
  expect(await cafe().json<Host[]>('host', 'list')).toContainEqual(
    expect.objectContaining({ name: pc.name, capture: null }),
  );
  await cafe().json('entry', 'add', '--name', image, '--os', image);
  await cafe().json('host', 'set', other.name, '--entry', image);
  const target = `${targetPrefix}:sn.${image}.${other.mac.replaceAll(':', '')}`;
  expect(await cafe().boot(other)).toMatchObject({ target, firmware: 'uefi' });
  expect(await other.console.read('/root/mark')).toBe('of the own disk');
});

test('UEFI: a PC boots its own disk and has the blank image beside it', async () => {
  const target = targetOfCapture(uefi);
  const up = await uefi.console.up(bootTimeoutMs);
  expect(up).toMatchObject({ disk: 'vda', target: '-', ibftTarget: target, firmware: 'uefi' });
  expect(await uefi.console.disks()).toMatchObject([{ disk: 'sda', target, label: '-' }]);
});
