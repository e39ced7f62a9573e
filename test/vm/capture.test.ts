import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import type { Host } from '../../src/service/hosts.ts';
import type { Image } from '../../src/service/images.ts';
import { bootSteps } from './boot-steps.ts';
import { bootTimeoutMs, targetPrefix, useCafe } from './cafe.ts';

const cafe = useCafe();
const image = 'captured';
let uefi: Pc;
let bios: Pc;
let other: Pc;

beforeAll(async () => {
  const ownDisk = { localDisk: cafe().osImagePath, host: { super: true } };
  uefi = await cafe().addPc({ name: 'own-disk-uefi', firmware: 'uefi', ...ownDisk });
  bios = await cafe().addPc({ name: 'own-disk-bios', firmware: 'bios', ...ownDisk });
  other = await cafe().addPc({ name: 'other', firmware: 'bios' });
});

const capture = (pc: Pc, ...args: string[]) =>
  cafe().json<Host[]>('host', 'capture', pc.name, ...args);
const targetOfCapture = (pc: Pc) => `${targetPrefix}:capture.${pc.mac.replaceAll(':', '')}`;

test('a PC of either firmware boots its own disk and has the blank image beside it', async () => {
  const pairs = [
    [uefi, image],
    [bios, 'another'],
  ] as const;
  for (const [pc, name] of pairs) {
    await cafe().json('image', 'create', '--name', name, '--size', '600M');
    expect(await capture(pc, '--image', name)).toMatchObject([{ name: pc.name, capture: name }]);
  }
  const ups = await Promise.all(
    pairs.map(async ([pc]) => {
      pc.powerOn();
      return pc.console.up(bootTimeoutMs);
    }),
  );
  for (const [index, [pc]] of pairs.entries()) {
    const target = targetOfCapture(pc);
    const { firmware } = pc;
    expect(ups[index]).toMatchObject({ disk: 'vda', target: '-', initiator: target, firmware });
    expect(await pc.console.disks()).toMatchObject([{ disk: 'sda', target, label: '-' }]);
  }
  expect(bootSteps(await cafe().events(uefi)).slice(-3)).toEqual([
    'script menu',
    'script capture',
    'disk',
  ]);
});

test('while a PC has the draft, the capture goes on; off and called off, it leaves no target', async () => {
  await expect(capture(bios, '--end')).rejects.toThrow('Shut that PC down first');
  await expect(cafe().json('image', 'publish', image)).rejects.toThrow('Shut that PC down first');
  await cafe().shutDown(bios);
});

test('it copies its disk there, and what is published boots another PC', async () => {
  await uefi.console.write('/root/mark', 'of the own disk');
  await uefi.console.copy('/dev/vda', '/dev/sda');
  await cafe().shutDown(uefi);
  // The target server notices that the PC is gone.
  await expect
    .poll(() => cafe().json<Image>('image', 'publish', image).then(String, String), {
      timeout: 150_000,
      interval: 2_000,
    })
    .toBe('[object Object]');
  const hosts = await cafe().json<Host[]>('host', 'list');
  expect(hosts.find(({ name }) => name === uefi.name)).toMatchObject({ capture: null });
  await cafe().json('entry', 'add', '--name', image, '--os', image);
  await cafe().json('host', 'set', other.name, '--entry', image);
  const up = await cafe().boot(other);
  expect(up.target).toBe(`${targetPrefix}:sn.${image}.${other.mac.replaceAll(':', '')}`);
  expect(await other.console.read('/root/mark')).toBe('of the own disk');
});
