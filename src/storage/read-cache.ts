import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { CafebootError } from '../errors.ts';
import { namesOf } from './block-devices.ts';
import type { Run } from './exec.ts';
import { ensureLoop, type Loop, listLoops, removeLoop } from './loops.ts';
import { groupTimeoutMs, type Lvm, runLvm, runReport } from './lvm-batch.ts';
import { createLvmFilter } from './lvm-filter.ts';
import { parseDisks } from './lvm-report.ts';

/** Counted since the disks' loop devices were made, or since the machine started. */
export interface CacheUse {
  /** What PCs read of the pool. */
  readBytes: number;
  /** What of it came from the disks, read ahead included. */
  diskReadBytes: number;
  /** Blocks of disks in the server's memory. */
  cachedBytes: number;
  /** Memory that could hold blocks as well: what is free. */
  freeBytes: number;
}

/**
 * Golden blocks in the server's page cache, below dm-thin: the group's disks are used through buffered loop
 * devices, so that what one PC has read no other one reads from the disk. Flushes go through to the disk.
 */
export interface ReadCache {
  isOn(): boolean;
  /** Moves the group on or off loop devices. Throws `in_use` while any of its volumes is open, unchanged then. */
  move(on: boolean): Promise<void>;
  /** Nothing while it is off. */
  use(): Promise<CacheUse | undefined>;
}

export interface ReadCacheDeps {
  volumeGroup: string;
  lvm: Lvm;
  run: Run;
}

/** lvm sees the bare disks, whatever the machine's own filter says. */
const bareDisks = [
  '--config',
  'devices{global_filter=["r|^/dev/loop|", "r|^/dev/mapper/|"] use_devicesfile=0}',
];

/** Finds the group's disks by lvm's own labels, so nothing has to be remembered. Throws `not_found`. */
export function createReadCache({ volumeGroup, lvm, run }: ReadCacheDeps): ReadCache {
  const filter = createLvmFilter(run);
  let loops: Loop[] = [];

  async function findDisks(): Promise<string[]> {
    const text = await runReport(run, ['pvs', ...bareDisks, '-o', 'pv_name,vg_name']);
    const disks = parseDisks(text, volumeGroup);
    if (disks.length === 0) throw new CafebootError('not_found', { volume: volumeGroup });
    if (disks.every((disk) => disk.startsWith('/dev/'))) return disks;
    throw new CafebootError('storage_unavailable', { path: volumeGroup });
  }

  const activate = (...config: string[]) =>
    runLvm(run, ['vgchange', '-y', ...config, '-ay', volumeGroup], groupTimeoutMs);

  /** All volumes or none. */
  async function deactivate(...config: string[]): Promise<void> {
    const argv = ['vgchange', ...config, '-an', volumeGroup];
    await runLvm(run, argv, groupTimeoutMs).catch(async (error: unknown) => {
      await activate(...config).catch(() => undefined);
      throw new CafebootError('in_use', { name: volumeGroup }, { cause: error });
    });
  }

  /**
   * At the machine's start lvm must not be quicker than the loop devices are. It fails where it is so already,
   * and in lvm before 2.03.12, which has our filter alone.
   */
  const setAutoactivation = (value: 'y' | 'n') =>
    runLvm(run, ['vgchange', '--setautoactivation', value, volumeGroup]).catch(() => '');

  async function attach(): Promise<void> {
    const disks = await findDisks();
    // Where the group cannot be moved now, what is behind a loop device already stays there.
    loops = (await listLoops(run)).filter(({ disk }) => disks.includes(disk));
    const holders = await Promise.all(disks.map(holdersOf));
    if (holders.flat().some((name) => name.startsWith('dm-'))) await deactivate(...bareDisks);
    const made: Loop[] = [];
    for (const disk of disks) made.push(await ensureLoop(run, disk));
    await filter.hide(await Promise.all(disks.map((disk) => namesOf(disk))));
    await setAutoactivation('n');
    await activate();
    loops = made;
  }

  async function detach(): Promise<void> {
    const disks = await findDisks();
    const present = (await listLoops(run)).filter(({ disk }) => disks.includes(disk));
    if (present.length > 0) await deactivate();
    for (const loop of present) await removeLoop(run, loop);
    await filter.hide([]);
    await setAutoactivation('y');
    await activate();
    loops = [];
  }

  return {
    isOn: () => loops.length > 0,
    move: (on) => lvm.exclusive(on ? attach : detach),
    async use() {
      if (loops.length === 0) return undefined;
      const sum = async (paths: string[]) =>
        (await Promise.all(paths.map(readBytesOf))).reduce((total, bytes) => total + bytes, 0);
      const memory = parseMemory(await readFile('/proc/meminfo', 'utf8'));
      return {
        readBytes: await sum(loops.map(({ path }) => path)),
        diskReadBytes: await sum(loops.map(({ disk }) => disk)),
        ...memory,
      };
    },
  };
}

const holdersOf = (path: string) =>
  readdir(`/sys/class/block/${basename(path)}/holders`).catch(() => []);

async function readBytesOf(path: string): Promise<number> {
  return parseReadBytes(await readFile(`/sys/class/block/${basename(path)}/stat`, 'utf8'));
}

/** Of a block device's `stat`: its third number is sectors of 512 bytes, whatever the device's own are. */
export const parseReadBytes = (stat: string): number => Number(stat.trim().split(/\s+/)[2]) * 512;

/** Of /proc/meminfo: `Buffers` is the page cache of block devices. */
export function parseMemory(text: string): Pick<CacheUse, 'cachedBytes' | 'freeBytes'> {
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { cachedBytes: bytes('Buffers'), freeBytes: bytes('MemFree') };
}
