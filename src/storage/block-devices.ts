import { open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { Run } from './exec.ts';

/** A disk of this machine, or a part of one, that a pool could be on. */
export interface BlockDevice {
  /** As the kernel calls it: `/dev/sdb`; may be another one after a restart. */
  path: string;
  sizeBytes: number;
  /** As its maker calls it; empty where it does not say. */
  model: string;
  serial: string;
  /** What it holds: partitions, file systems, volumes, what is mounted; empty for a blank one. */
  holds: string[];
  isReadOnly: boolean;
  /** False for one that fails or refuses to be read: what it holds is what the kernel noticed. */
  isReadable: boolean;
}

interface LsblkNode {
  path: string;
  type: string;
  size: number;
  ro: boolean;
  model: string | null;
  serial: string | null;
  fstype: string | null;
  pttype: string | null;
  mountpoints?: (string | null)[];
  children?: LsblkNode[];
}

const columns = 'PATH,TYPE,SIZE,RO,MODEL,SERIAL,FSTYPE,PTTYPE,MOUNTPOINTS';
/** Not loop devices, optical drives, or what is made of other devices, as logical volumes are. */
const usableTypes = ['disk', 'part', 'mpath', 'raid0', 'raid1', 'raid5', 'raid6', 'raid10'];

/** Whole disks, for people to choose from. */
export async function listDisks(run: Run): Promise<BlockDevice[]> {
  const { stdout } = await run('lsblk', ['--json', '--bytes', '--output', columns]);
  const disks = parseDevices(stdout).filter(({ sizeBytes }) => sizeBytes > 0);
  // One that is broken hides none of the others.
  return Promise.all(
    disks.map((disk) => withSignatures(run, disk).catch(() => ({ ...disk, isReadable: false }))),
  );
}

/** The device that `path`, maybe a link, leads to. Throws `not_found`, `invalid_value` for what is none. */
export async function getDevice(run: Run, path: string): Promise<BlockDevice> {
  const device = await realpath(path).catch((error: unknown) => {
    throw new CafebootError('not_found', { kind: 'disk', name: path }, { cause: error });
  });
  const argv = ['--json', '--bytes', '--output', columns, device];
  const { stdout } = await run('lsblk', argv).catch((error: unknown) => {
    throw new CafebootError('invalid_value', { field: 'disk', value: path }, { cause: error });
  });
  const [found] = parseDevices(stdout);
  if (!found) throw new CafebootError('invalid_value', { field: 'disk', value: path });
  return withSignatures(run, found);
}

/** lsblk knows what udev has noticed; wipefs reads the disk. */
async function withSignatures(run: Run, device: BlockDevice): Promise<BlockDevice> {
  const { stdout } = await run('wipefs', ['--no-act', '--json', device.path]);
  return { ...device, holds: [...new Set([...parseSignatures(stdout), ...device.holds])] };
}

/** From wipefs' JSON, which is empty for a disk without any. */
export function parseSignatures(text: string): string[] {
  if (text.trim() === '') return [];
  return (JSON.parse(text) as { signatures: { type: string }[] }).signatures.map(
    ({ type }) => type,
  );
}

/** From lsblk's JSON: the top of each tree, with what is on and below it. */
export function parseDevices(text: string): BlockDevice[] {
  const { blockdevices } = JSON.parse(text) as { blockdevices: LsblkNode[] };
  return blockdevices
    .filter(({ type }) => usableTypes.includes(type))
    .map((node) => ({
      path: node.path,
      sizeBytes: node.size,
      model: (node.model ?? '').trim(),
      serial: (node.serial ?? '').trim(),
      holds: holdsOf(node),
      isReadOnly: node.ro,
      isReadable: true,
    }));
}

function holdsOf(node: LsblkNode): string[] {
  const mounts = (node.mountpoints ?? []).filter((path) => path !== null);
  const own = [node.pttype, node.fstype, ...mounts].filter((each) => each !== null);
  const below = (node.children ?? []).flatMap((child) => [child.path, ...holdsOf(child)]);
  return [...new Set([...own, ...below])];
}

const sampleBytes = 1024 ** 2;

/**
 * Whether it reads as zeros at its beginning, its end and between. A disk may hold a PC's data without any
 * signature that lsblk knows.
 */
export async function readsAsZeros({ path, sizeBytes }: BlockDevice): Promise<boolean> {
  await using file = await open(path, 'r');
  const last = Math.max(0, sizeBytes - sampleBytes);
  const zeros = Buffer.alloc(sampleBytes);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const position = Math.floor((last * share) / 4096) * 4096;
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(sampleBytes), position });
    if (!buffer.subarray(0, bytesRead).equals(zeros.subarray(0, bytesRead))) return false;
  }
  return true;
}

/** What a device is called. */
export interface DeviceNames {
  /** The same after every restart, where udev has made one; else the kernel's. */
  lasting: string;
  /** The kernel's, and every link that udev has made. */
  all: string[];
}

/** Names by the disk's own identity; those by bus position or model alone may move. */
const linkOrder = [/^wwn-/, /^nvme-eui\./, /^(ata|nvme|scsi|virtio)-/];

export async function namesOf(path: string, directory = '/dev/disk'): Promise<DeviceNames> {
  const entries = await readdir(directory, { recursive: true }).catch(() => []);
  const links = entries.sort().map((name) => join(directory, name));
  const found = await Promise.all(
    links.map(async (link) => ((await realpath(link).catch(() => '')) === path ? [link] : [])),
  );
  const all = found.flat();
  const byId = all.filter((link) => dirname(link).endsWith('/by-id'));
  const ranked = linkOrder.map((order) => byId.find((link) => order.test(basename(link))));
  const lasting = ranked.find((link) => link !== undefined) ?? byId[0] ?? path;
  return { lasting, all: [path, ...all] };
}
