import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { addFarLan, farNet } from '../../scripts/lab/far-lan.ts';
import { labNet } from '../../scripts/lab/lab.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import type { Host } from '../../src/service/host-fields.ts';
import type { LeaseInfo } from '../../src/service/leases.ts';
import { bootSteps } from '../cafe/boot-steps.ts';
import { firmwareTimeoutMs, targetOf, useCafe } from '../cafe/cafe.ts';

const cafe = useCafe();
let rechained: Pc;
let http: Pc;
let unknown: Pc;
let picky: Pc;

beforeAll(async () => {
  rechained = await cafe().addPc({ name: 'pc-rechain', firmware: 'bios' });
  http = await cafe().addPc({ name: 'pc-http', firmware: 'uefi-http' });
  picky = await cafe().addPc({ name: 'pc-picky', firmware: 'uefi' });
  unknown = await cafe().addPc({
    name: 'unknown',
    firmware: 'bios',
    host: 'unknown',
    memoryMib: 256,
    localDisk: cafe().osImagePath,
  });
});

const setting = (key: string, value: string) =>
  cafe().appliance().cli('setting', 'set', key, value);

test('`rechain: always` with a stock undionly.kpxe loads it once; UEFI HTTP boot needs no TFTP', async () => {
  await setting('rechain', 'always');
  const [up, httpUp] = await Promise.all([cafe().boot(rechained), cafe().boot(http)]);
  expect(up.target).toBe(targetOf(rechained));
  expect(httpUp).toMatchObject({ firmware: 'uefi', target: targetOf(http) });

  const events = await cafe().events(rechained);
  expect(bootSteps(events)).toEqual([
    'ipxe offer boot-file',
    'tftp undionly.kpxe',
    'ipxe offer script',
    'script menu',
    'script entry',
    'disk',
    'os',
  ]);
  const fetches = events.filter(
    ({ kind, data }) => kind === 'boot.tftp' && data.outcome === 'done',
  );
  expect(fetches).toHaveLength(1);
  const menus = events.filter(({ data }) => data.script === 'menu');
  expect(menus).toHaveLength(1);
});

test('the timeline of a UEFI HTTP boot', async () => {
  expect(bootSteps(await cafe().events(http))).toEqual([
    'rom offer boot-url',
    'http snponly.efi',
    'ipxe offer script',
    'script menu',
    'script entry',
    'disk',
    'os',
  ]);
  await Promise.all([cafe().shutDown(rechained), cafe().shutDown(http)]);
});

test('a UEFI PC whose first boot file does not start gets the next and boots, with no hand on it', async () => {
  // Of the right name, and no program: the firmware fetches it, cannot start it, and goes on to HTTP boot.
  const broken = join(cafe().appliance().dataDir, 'tftp/snponly.efi');
  await writeFile(broken, Buffer.alloc(100_000, 0x5a));
  picky.powerOn();
  await picky.serial.waitFor(/Registered SAN device/, firmwareTimeoutMs);
  await rm(broken);
  const steps = async () => bootSteps(await cafe().events(picky));
  await expect
    .poll(steps, { timeout: 10_000 })
    .toEqual([
      'rom offer boot-server',
      'rom ack boot-file',
      'tftp snponly.efi',
      'rom offer boot-url',
      'http ipxe.efi',
      'ipxe offer script',
      'script menu',
      'script entry',
      'disk',
    ]);
  const events = await cafe().events(picky);
  const found = events.filter(({ kind }) => kind.startsWith('firmware.'));
  expect(found.map(({ kind, data }) => [kind, data.file, data.next])).toEqual([
    ['firmware.file-failed', 'snponly.efi', 'ipxe.efi'],
    ['firmware.worked', 'ipxe.efi', undefined],
  ]);
  const [host] = await cafe().json<Host[]>('host', 'set', 'pc-picky', '--overlay', 'discard');
  expect(host?.bootFiles).toEqual(['ipxe.efi']);
  await picky.powerOff();
});

test('`unknownHosts: local` sends a PC in no list to its own disk', async () => {
  await setting('unknownHosts', 'local');
  unknown.powerOn();
  await unknown.serial.waitFor(/mac-\w+\.ipxe\.cfg\.\.\. ok/, firmwareTimeoutMs);
  await unknown.serial.waitFor(/GRUB/, firmwareTimeoutMs);
  await unknown.powerOff();
});

test('`unknownHosts: ignore` gives it no answer, but notes it', async () => {
  await setting('unknownHosts', 'ignore');
  unknown.powerOn();
  await unknown.serial.waitFor(/Nothing to boot/, firmwareTimeoutMs);
  // Its firmware goes on to the next device by itself.
  await unknown.serial.waitFor(/GRUB/, firmwareTimeoutMs);
  const text = unknown.serial
    .lines()
    .map((line) => line.text)
    .join('\n');
  expect(text).not.toMatch(/Filename:|boot\.ipxe/);
  const [seen] = await cafe().json<{ mac: string; lastSeenAt: number }[]>('host', 'unknown');
  expect(seen?.mac).toBe(unknown.mac);
  expect(seen?.lastSeenAt).toBeGreaterThan(unknown.poweredOnAt());
  await unknown.powerOff();
});

test('full DHCP mode: BIOS and UEFI without any other DHCP server, and through a relay agent', async () => {
  const { lab, appliance, boot, restart } = cafe();
  const { api } = appliance();
  const range = (net: { firstLease: string; lastLease: string }) =>
    `${net.firstLease}-${net.lastLease}`;
  const subnets = [
    { subnet: '10.77.0.0/24', range: range(labNet), routers: [labNet.routerAddress] },
    { subnet: farNet.subnet, range: range(farNet), routers: [farNet.routerAddress] },
  ];
  await api('PUT', '/settings/rechain', { value: 'never' });
  await api('PUT', '/settings/dhcpSubnets', { value: subnets });
  await api('PUT', '/settings/dhcpMode', { value: 'full' });
  await lab.router.stopDhcp();
  const farLan = await addFarLan(lab);
  await appliance().stop();
  await restart();
  const far = await cafe().addPc({ name: 'pc-far', firmware: 'bios' }, farLan);
  const uefi = await cafe().addPc({ name: 'pc-uefi', firmware: 'uefi' });

  const pcs = [rechained, uefi, far];
  const ups = await Promise.all(pcs.map(boot));
  const leases = (await appliance().api('GET', '/leases')) as LeaseInfo[];
  for (const [index, pc] of pcs.entries()) {
    // Firmware, iPXE and the OS had one address: the one in the iBFT.
    const own = leases.filter(({ client }) => client === pc.mac);
    expect(own).toMatchObject([{ address: ups[index]?.address, state: 'bound', host: pc.name }]);
    expect(ups[index]?.target).toBe(targetOf(pc));
  }
  expect(ups.map(({ address }) => address.split('.').slice(0, 3).join('.'))).toEqual([
    '10.77.0',
    '10.77.0',
    '10.78.0',
  ]);
  const rest = ['script menu', 'script entry', 'disk', 'os'];
  expect(bootSteps(await cafe().events(uefi))).toEqual([
    'rom offer boot-file',
    'tftp snponly.efi',
    'ipxe offer script',
    ...rest,
  ]);
  expect(bootSteps(await cafe().events(far))).toEqual(['ipxe offer script', ...rest]);
});
