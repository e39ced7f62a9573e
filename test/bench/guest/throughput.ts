/**
 * Runs inside the server VM: the same reads and writes on a plain volume, on one through LIO, on a thin
 * snapshot through LIO, and on a file on ext4 through LIO's fileio, which is what the predecessor has.
 * Prints a `ThroughputResult` as JSON.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { copyIntoVolume } from '../../../src/storage/copy.ts';
import { run } from '../../../src/storage/exec.ts';
import { startLio } from '../../../src/storage/lio.ts';
import { startLvmThin } from '../../../src/storage/lvm-thin.ts';
import { makeVolumeGroup } from '../../guest/volume-group.ts';

export const layouts = ['raw LV', 'LIO, raw LV', 'LIO, thin LV', 'LIO, file on ext4'] as const;
export type Layout = (typeof layouts)[number];
export const works = ['1 MiB reads', '4 KiB reads, scattered', '1 MiB writes'] as const;
export type Work = (typeof works)[number];

/** MiB a second. */
export type ThroughputResult = Record<Work, Record<Layout, number>>;

const mebibyte = 1024 ** 2;
const sizeBytes = 128 * mebibyte;
const portal = { address: '127.0.0.1', port: 3260 };
const group = 'cbbench';

/** Arguments of `qemu-img bench`: so many requests of such a size, so far apart, eight at a time. */
const requests: Record<Work, { count: number; bytes: number; argv: string[] }> = {
  '1 MiB reads': { count: 128, bytes: mebibyte, argv: [] },
  '4 KiB reads, scattered': { count: 2_000, bytes: 4096, argv: ['-S', String(65_536)] },
  '1 MiB writes': { count: 128, bytes: mebibyte, argv: ['-w', '--flush-interval', '32'] },
};

async function fill(devicePath: string): Promise<void> {
  const options = { signal: new AbortController().signal, onProgress: () => {} };
  await copyIntoVolume({ path: '/dev/urandom', sizeBytes }, devicePath, options);
}

async function measure(disk: string, work: Work): Promise<number> {
  const { count, bytes, argv } = requests[work];
  await run('sync', []);
  await run('sysctl', ['-q', 'vm.drop_caches=3']);
  const how = ['-c', String(count), '-s', String(bytes), '-d', '8', '-t', 'none', ...argv];
  const argvOfAll = ['bench', '--image-opts', ...how, disk];
  const { stdout } = await run('qemu-img', argvOfAll, { timeoutMs: 300_000 });
  const seconds = Number(/completed in ([\d.]+) seconds/.exec(stdout)?.[1]);
  return (count * bytes) / mebibyte / seconds;
}

const cleanUp = await makeVolumeGroup(group);
await run('lvcreate', ['-y', '-L', `${sizeBytes}b`, '-n', 'raw', group]);
await run('lvcreate', ['-y', '-L', '400m', '-n', 'files', group]);
const volumes = await startLvmThin({
  ...{ volumeGroup: group, pool: 'pool', sizeBytes: 1024 ** 3, run },
});
await volumes.create('golden', sizeBytes);
await fill(volumes.devicePath('golden'));
await volumes.snapshot('golden', 'overlay');
await fill(`/dev/${group}/raw`);
await mkdir('/run/files');
await run('mkfs.ext4', ['-q', `/dev/${group}/files`]);
await run('mount', [`/dev/${group}/files`, '/run/files']);
await writeFile('/run/files/disk.img', '');
await fill('/run/files/disk.img');

const lio = await startLio({ portals: [portal], run, onSaveFailed: () => {} });
const devices: Record<Exclude<Layout, 'raw LV'>, string> = {
  'LIO, raw LV': `/dev/${group}/raw`,
  'LIO, thin LV': volumes.devicePath('overlay'),
  'LIO, file on ext4': '/run/files/disk.img',
};
const result = Object.fromEntries(works.map((work) => [work, {}])) as ThroughputResult;
for (const work of works) {
  const raw = `driver=host_device,filename=/dev/${group}/raw,cache.direct=on`;
  result[work]['raw LV'] = await measure(raw, work);
  for (const [layout, devicePath] of Object.entries(devices)) {
    const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
    await lio.ensure({ name, initiator: name, luns: [{ devicePath, serial: 'cb1-1' }] });
    const address = `${portal.address}:${portal.port}`;
    const disk = `driver=iscsi,transport=tcp,portal=${address},target=${name},lun=0,initiator-name=${name}`;
    result[work][layout as Layout] = await measure(disk, work);
    await lio.remove(name);
  }
}
console.log(JSON.stringify(result));
await lio.close();
await run('umount', ['/run/files']);
await cleanUp();
