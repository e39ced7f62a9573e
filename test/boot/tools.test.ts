import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { labNet } from '../../scripts/lab/lab.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import type { Host } from '../../src/service/host-fields.ts';
import { bootTimeoutMs, firmwareTimeoutMs, targetPrefix, useCafe } from '../cafe/cafe.ts';

const installer = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64';

/** The lab's router names no name server, which the installer would ask for. */
const installArguments = `console=ttyS0 netcfg/get_nameservers=${labNet.routerAddress}`;

const cafe = useCafe();
let bios: Pc;
let uefi: Pc;

async function putFile(path: string, content: { from: string } | { text: string }): Promise<void> {
  const file = join(cafe().appliance().dataDir, 'boot', path);
  await mkdir(dirname(file), { recursive: true });
  if ('from' in content) await copyFile(content.from, file);
  else await writeFile(file, content.text);
}

const startOnce = (pc: Pc, tool: string) =>
  cafe().json<Host[]>('host', 'set', pc.name, '--next-tool', tool);

beforeAll(async () => {
  // With less the installer asks whether it shall do with little memory.
  const spec = { firmware: 'bios', memoryMib: 1024 } as const;
  bios = await cafe().addPc({ name: 'bios', ...spec, host: { super: true } });
  // A golden disk is changed by one PC at a time.
  await cafe().json('image', 'create', '--name', 'other', '--size', '64M');
  await cafe().json('entry', 'add', '--name', 'other', '--os', 'other');
  const host = { super: true, entry: 'other' };
  uefi = await cafe().addPc({ name: 'uefi', firmware: 'uefi', host });
  // Any kernel may stand in for wimboot, which no package has: it starts once all files are there.
  const wimboot = process.env.CAFEBOOT_WIMBOOT ?? join(installer, 'linux');
  await putFile('winpe/wimboot', { from: wimboot });
  for (const name of ['bootmgr', 'bootx64.efi', 'bcd', 'boot.sdi', 'boot.wim']) {
    await putFile(`winpe/${name}`, { text: `stands in for ${name}` });
  }
  for (const name of ['linux', 'initrd.gz']) {
    await putFile(`debian/${name}`, { from: join(installer, name) });
  }
});

/** What iPXE says of a disk that it attached and of files that it fetched, in order. */
const stepsOf = (pc: Pc) =>
  pc.serial
    .lines()
    .map(({ text }) => /(?:Registered SAN device 0x..|\/winpe\/([\w.]+)\.\.\..* ok)$/.exec(text))
    .filter((match) => match !== null)
    .map(([text, file]) => file ?? text);

test('Windows PE: BIOS and UEFI each get the disk, then the right files in the right order', async () => {
  for (const pc of [bios, uefi]) {
    await startOnce(pc, 'winpe');
    pc.powerOn();
  }
  const filesOf = { [bios.name]: ['bootmgr', 'bcd'], [uefi.name]: ['bootx64.efi', 'bcd'] };
  for (const pc of [bios, uefi]) {
    await expect
      .poll(() => stepsOf(pc), { timeout: firmwareTimeoutMs })
      .toEqual([
        ...['Registered SAN device 0x80', 'wimboot'],
        ...(filesOf[pc.name] ?? []),
        ...['boot.sdi', 'boot.wim'],
      ]);
  }
  const [scripts] = (await cafe().events(bios)).filter(({ data }) => data.script === 'tool');
  expect(scripts?.data).toMatchObject({ entry: 'winpe' });
  const targets = (await cafe().events(bios)).filter(({ kind }) => kind === 'boot.disk');
  expect(targets[0]?.data).toMatchObject({ target: `${targetPrefix}:sn.debian` });
  expect(await cafe().json<Host[]>('host', 'list')).toEqual([
    expect.objectContaining({ name: 'bios', nextTool: null }),
    expect.objectContaining({ name: 'uefi', nextTool: null }),
  ]);
  await Promise.all([bios.powerOff(), uefi.powerOff()]);
});

test("Debian's installer fetches the answers that were made for this PC", async () => {
  await cafe().json('setting', 'set', 'installArguments', installArguments);
  await startOnce(bios, 'debian');
  bios.powerOn();
  await expect
    .poll(() => cafe().events(bios), { timeout: bootTimeoutMs, interval: 1_000 })
    .toContainEqual(
      expect.objectContaining({
        kind: 'boot.answer',
        data: { tool: 'debian', file: 'preseed.cfg' },
      }),
    );
  await bios.powerOff();
});
