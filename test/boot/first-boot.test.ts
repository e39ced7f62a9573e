import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { makeDataImage } from '../../scripts/lab/data-image.ts';
import { labNet } from '../../scripts/lab/lab.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import { bootSteps } from '../cafe/boot-steps.ts';
import { firmwareTimeoutMs, targetOf, targetPrefix, useCafe } from '../cafe/cafe.ts';
import { whatIsLeftOf } from '../cafe/leftovers.ts';

/** The labels tell the order: `tools` was imported after `games` but comes first in the entry. */
const dataImage = (label: string) => ({
  name: label,
  make: (path: string) => makeDataImage({ path, label, files: { 'name.txt': `golden ${label}` } }),
});

const cafe = useCafe({ dataImages: [dataImage('tools'), dataImage('games')] });
let bios: Pc;
let uefi: Pc;
let stranger: Pc;
let goldenSums: string[];

beforeAll(async () => {
  bios = await cafe().addPc({ name: 'pc-bios', firmware: 'bios' });
  uefi = await cafe().addPc({ name: 'pc-uefi', firmware: 'uefi' });
  stranger = await cafe().addPc({
    name: 'stranger',
    firmware: 'bios',
    memoryMib: 256,
    host: 'unknown',
  });
  goldenSums = await sumsOfAllImages();
});

const sumsOfAllImages = async () => [
  await cafe().goldenSum(1),
  await cafe().goldenSum(2),
  await cafe().goldenSum(3),
];

test('the golden disk is the imported file', async () => {
  expect(goldenSums[0]).toBe(await fileSum(cafe().osImagePath));
});

test('a BIOS PC and a UEFI PC reach the OS at once, each on its own target', async () => {
  const ups = await Promise.all([cafe().boot(bios), cafe().boot(uefi)]);
  for (const [pc, up] of [
    [bios, ups[0]],
    [uefi, ups[1]],
  ] as const) {
    expect(up).toMatchObject({
      firmware: pc.firmware,
      mac: pc.mac,
      target: targetOf(pc),
      ibftTarget: targetOf(pc),
      initiator: targetOf(pc),
      portal: labNet.applianceAddress,
      lun: 1,
    });
    expect(up.address).toMatch(/^10\.77\.0\.1\d\d$/);
  }
});

test('the timeline tells each boot, step by step', async () => {
  expect(bootSteps(await cafe().events(bios))).toEqual([
    'ipxe offer script',
    'script menu',
    'script entry',
    'disk',
    'os',
  ]);
  expect(bootSteps(await cafe().events(uefi))).toEqual([
    'rom offer boot-server',
    'rom ack boot-file',
    'tftp snponly.efi',
    'ipxe offer script',
    'script menu',
    'script entry',
    'disk',
    'os',
  ]);
});

test('the data disks are there in the order of the entry, with their content', async () => {
  // The kernel names them in the order in which it happens to be done with each.
  const disks = (await bios.console.disks()).sort((a, b) => a.lun - b.lun);
  const described = disks.map(({ target, lun, label }) => ({ target, lun, label }));
  const target = targetOf(bios);
  expect(described).toEqual([
    { target, lun: 1, label: '-' },
    { target, lun: 2, label: 'tools' },
    { target, lun: 3, label: 'games' },
  ]);
  await mountDisk(bios, 'games', '/mnt');
  expect(await bios.console.read('/mnt/name.txt')).toBe('golden games');
});

test('what one PC writes, to its root or to a data disk, the other does not see', async () => {
  await mountDisk(uefi, 'games', '/mnt');
  for (const path of ['/root/mine', '/mnt/name.txt']) {
    await Promise.all([bios.console.write(path, 'BIOS'), uefi.console.write(path, 'UEFI')]);
    expect(await bios.console.read(path)).toBe('BIOS');
    expect(await uefi.console.read(path)).toBe('UEFI');
  }
});

test('a PC in no list is listed, and its screen tells its MAC', async () => {
  stranger.powerOn();
  await stranger.serial.waitFor(/not in the list yet/, firmwareTimeoutMs);
  await stranger.serial.waitFor(new RegExp(stranger.mac), 10_000);
  await expect.poll(unknownMacs, { timeout: 10_000 }).toEqual([stranger.mac]);
});

test('each PC has a login of its own, which only its firmware’s table has', async () => {
  for (const pc of [bios, uefi]) {
    const { userName, secret } = await loginOf(pc);
    expect(userName).toBe(targetOf(pc));
    expect(secret).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(await pc.console.read('/run/initiatorname.iscsi')).not.toContain(secret);
  }
  expect((await loginOf(bios)).secret).not.toBe((await loginOf(uefi)).secret);
});

test('a PC with another initiator name or without the right secret is refused the disk', async () => {
  const initiator = targetOf(bios);
  const own = await loginOf(bios);
  const other = await loginOf(uefi);
  await writeHookScript('hook.ipxe', bios, {
    stranger: { initiator: `${targetPrefix}:stranger` },
    'owner of another disk': { initiator: targetOf(uefi), ...other },
    'name that goes on': { initiator: `${initiator}0`, ...own },
    'owner without a secret': { initiator },
    'owner with a wrong secret': { initiator, ...own, secret: 'a1B2c3D4e5F6g7H8' },
    'owner with the secret of another': { initiator, ...own, secret: other.secret },
    owner: { initiator, ...own },
  });
  await stranger.type('s');
  await stranger.serial.waitFor(/^iPXE>/, 30_000);
  await stranger.type(`chain http://${labNet.applianceAddress}:8080/hook.ipxe\n`);
  await stranger.serial.waitFor(/^all tried$/, firmwareTimeoutMs);
  const results = stranger.serial.lines().filter(({ text }) => / is (refused|let in)$/.test(text));
  expect(results.map(({ text }) => text)).toEqual([
    'stranger is refused',
    'owner of another disk is refused',
    'name that goes on is refused',
    'owner without a secret is refused',
    'owner with a wrong secret is refused',
    'owner with the secret of another is refused',
    'owner is let in',
  ]);
});

test('our embedded script finds the server as our own build; staff name the PC on its screen', async () => {
  const { api, dataDir } = cafe().appliance();
  const shown = async (script: string) => {
    const { counters } = (await api('GET', '/status')) as { counters: Record<string, number> };
    return counters[`http.script.${script}`] ?? 0;
  };
  const press = async (key: string, script: string, count: number) => {
    await expect.poll(() => shown(script), { timeout: 30_000 }).toBe(count);
    // The script has left; iPXE draws its menu.
    await sleep(1_000);
    await stranger.type(key);
  };
  await api('PUT', '/settings/menuTimeoutMs', { value: 60_000 });
  await copyFile('ipxe-src/cafeboot.ipxe', join(dataDir, 'boot/cafeboot.ipxe'));
  const [unknownBefore, menusBefore] = [await shown('unknown'), await shown('menu')];
  // So the remembered reply, which names the file that the firmware loaded, is no answer.
  await stranger.type('clear proxydhcp/filename && echo is [$' + '{proxydhcp/filename}]\n');
  await stranger.serial.waitFor(/^is \[\]$/, 10_000);
  await stranger.type(`chain http://${labNet.applianceAddress}:8080/cafeboot.ipxe\n`);
  await stranger.serial.waitFor(/looking for the boot server/, 10_000);
  await press('n', 'unknown', unknownBefore + 1);
  await stranger.serial.waitFor(/Code:/, 10_000);
  const { code } = (await api('GET', '/one-time-code')) as { code: string };
  await stranger.type(`${code}\n`);
  await stranger.serial.waitFor(/Name or number:/, 10_000);
  await stranger.type('77\n');
  await stranger.serial.waitFor(/This PC is pc-077 now\./, 10_000);
  expect(await unknownMacs()).toEqual([]);

  await press('s', 'menu', menusBefore + 1);
  await stranger.type(`\nchain http://${labNet.applianceAddress}:8080/cafeboot.ipxe\n`);
  await press('s', 'menu', menusBefore + 2);
  const steps = bootSteps(await cafe().events(stranger));
  expect(steps).toEqual(['script menu', 'own offer script']);
  await stranger.powerOff();
  await api('DELETE', '/hosts/pc-077');
  await api('PUT', '/settings/menuTimeoutMs', { value: 500 });
});

test('a reboot drops what was written with `discard`, and not with `keep`', async () => {
  await cafe().appliance().cli('host', 'set', 'pc-uefi', '--overlay', 'keep');
  const [biosUp, uefiUp] = await Promise.all([cafe().reboot(bios), cafe().reboot(uefi)]);
  expect(biosUp.bootId).not.toBe(uefiUp.bootId);
  await expect(bios.console.read('/root/mine')).rejects.toThrow('No such file');
  expect(await uefi.console.read('/root/mine')).toBe('UEFI');
  await mountDisk(bios, 'games', '/mnt');
  await mountDisk(uefi, 'games', '/mnt');
  expect(await bios.console.read('/mnt/name.txt')).toBe('golden games');
  expect(await uefi.console.read('/mnt/name.txt')).toBe('UEFI');
});

test('`host reset` drops what was kept', async () => {
  await Promise.all([cafe().shutDown(bios), cafe().shutDown(uefi)]);
  await cafe().appliance().cli('host', 'reset', 'pc-uefi');
  await cafe().boot(uefi);
  await expect(uefi.console.read('/root/mine')).rejects.toThrow('No such file');
  await cafe().shutDown(uefi);
});

test('no golden disk has changed', async () => {
  expect(await sumsOfAllImages()).toEqual(goldenSums);
});

test('each host has the overlays of one boot and of the next, and those go with it', async () => {
  const ofOneBoot = 3;
  expect(await overlayVolumes()).toHaveLength(2 * 2 * ofOneBoot - ofOneBoot);
  for (const { name } of [bios, uefi]) await cafe().appliance().cli('host', 'remove', name);
  expect(await overlayVolumes()).toEqual([]);
});

test('the server has stayed small', async () => {
  const status = await readFile(`/proc/${cafe().appliance().pid}/status`, 'utf8');
  const residentMib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  expect(residentMib).toBeGreaterThan(0);
  expect(residentMib).toBeLessThan(200);
});

test('a clean end leaves nothing behind', async () => {
  const appliance = cafe().appliance();
  await appliance.stop();
  expect(await appliance.exited).toBe(0);
  expect(await whatIsLeftOf(cafe().lab, appliance.dataDir)).toEqual([]);
});

/** MD5 of a file, in hex. */
async function fileSum(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function mountDisk(pc: Pc, label: string, path: string): Promise<void> {
  const found = (await pc.console.disks()).find((disk) => disk.label === label);
  if (!found) throw new Error(`${pc.name} has no disk ${label}`);
  await pc.console.mount(`/dev/${found.disk}`, path);
}

async function unknownMacs(): Promise<string[]> {
  const seen = await cafe().json<{ mac: string }[]>('host', 'unknown');
  return seen.map(({ mac }) => mac);
}

/** The CHAP login that iPXE left in a PC's iBFT for its OS. */
async function loginOf({ console }: Pc): Promise<{ userName: string; secret: string }> {
  const ibft = '/sys/firmware/ibft/target0';
  const userName = (await console.read(`${ibft}/chap-name`)).trim();
  return { userName, secret: (await console.read(`${ibft}/chap-secret`)).trim() };
}

interface Login {
  initiator: string;
  userName?: string;
  secret?: string;
}

/** Puts a script under the HTTP root that tries each of these logins to a PC's target. */
async function writeHookScript(file: string, pc: Pc, logins: Record<string, Login>): Promise<void> {
  const uri = `iscsi:${labNet.applianceAddress}::3260:1:${targetOf(pc)}`;
  const setOrClear = (name: string, value?: string) =>
    value === undefined ? `clear ${name} ||` : `set ${name} ${value}`;
  const tries = Object.entries(logins).map(
    ([who, { initiator, userName, secret }]) => `set initiator-iqn ${initiator}
${setOrClear('username', userName)}
${setOrClear('password', secret)}
sanhook ${uri} && echo ${who} is let in || echo ${who} is refused`,
  );
  const script = ['#!ipxe', ...tries, 'echo all tried', 'shell', ''].join('\n');
  await writeFile(join(cafe().appliance().dataDir, 'boot', file), script);
}

async function overlayVolumes(): Promise<string[]> {
  const pool = join(cafe().appliance().dataDir, 'pool');
  const files = (await cafe().lab.appliance.run(['ls', pool])).split('\n');
  return files.filter((file) => file.startsWith('ov-'));
}
