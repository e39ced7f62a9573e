import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

export interface OsDisk {
  /** The image file to make. */
  path: string;
  sizeBytes: number;
  /** Directory with the root file system's content. */
  root: string;
  rootLabel: string;
  /** GRUB script that is built into both boot loaders. */
  grubConfig: string;
  /** Scratch directory. */
  dir: string;
}

const sectorBytes = 512;
const espStartBytes = 2 ** 20;
const espBytes = 4 * 2 ** 20;
const rootStartBytes = espStartBytes + espBytes;
/** The boot code's part of the MBR; the disk signature and the partition table follow. */
const bootCodeBytes = 440;
const grubModules = ['part_msdos', 'ext2', 'search_label', 'linux', 'boot'] as const;
const grubBootImage = '/usr/lib/grub/i386-pc/boot.img';

/**
 * Puts a bootable disk image together without loop devices, mounts or grub-install: an MBR with an
 * EFI system partition and an ext4 root partition, GRUB for BIOS in the gap behind the MBR and for UEFI
 * in the system partition.
 */
export async function assembleDisk(disk: OsDisk): Promise<void> {
  const biosCore = join(disk.dir, 'core.img');
  const efiLoader = join(disk.dir, 'BOOTX64.EFI');
  await makeGrub('i386-pc', ['biosdisk'], disk.grubConfig, biosCore);
  await makeGrub('x86_64-efi', [], disk.grubConfig, efiLoader);
  await partition(disk);
  await installBiosGrub(disk.path, biosCore);
  await makeEsp(disk.path, efiLoader);
  await makeExt4({
    path: disk.path,
    offsetBytes: rootStartBytes,
    sizeBytes: disk.sizeBytes - rootStartBytes,
    label: disk.rootLabel,
    content: disk.root,
  });
}

async function makeGrub(
  format: string,
  modules: readonly string[],
  config: string,
  output: string,
): Promise<void> {
  await run([
    'grub-mkimage',
    ...['--format', format],
    ...['--config', config],
    ...['--prefix', '/boot/grub'],
    ...['--output', output],
    ...modules,
    ...grubModules,
  ]);
}

async function partition({ path, sizeBytes }: OsDisk): Promise<void> {
  const image = await open(path, 'w');
  await image.truncate(sizeBytes);
  await image.close();
  await run([
    ...(['parted', '--script', path] as const),
    ...['mklabel', 'msdos', 'unit', 'B'],
    ...['mkpart', 'primary', 'fat32', String(espStartBytes), String(rootStartBytes - 1)],
    ...['mkpart', 'primary', 'ext4', String(rootStartBytes), '100%'],
    ...['set', '1', 'esp', 'on', 'set', '2', 'boot', 'on'],
  ]);
}

/** GRUB's boot.img loads core.img from the sectors that follow it, as both are built to expect. */
async function installBiosGrub(path: string, corePath: string): Promise<void> {
  const boot = await readFile(grubBootImage);
  const core = await readFile(corePath);
  if (core.length > espStartBytes - sectorBytes) throw new Error('core.img is too large');
  const image = await open(path, 'r+');
  try {
    await image.write(boot, 0, bootCodeBytes, 0);
    await image.write(core, 0, core.length, sectorBytes);
  } finally {
    await image.close();
  }
}

async function makeEsp(path: string, loader: string): Promise<void> {
  await run([
    ...(['mkfs.vfat', '-F', '12', '-n', 'CAFEBOOT'] as const),
    `--offset=${espStartBytes / sectorBytes}`,
    path,
    String(espBytes / 1024),
  ]);
  const esp = `${path}@@${espStartBytes}`;
  await run(['mmd', '-i', esp, '::EFI', '::EFI/BOOT']);
  await run(['mcopy', '-i', esp, loader, '::EFI/BOOT/BOOTX64.EFI']);
}

export interface Ext4 {
  path: string;
  offsetBytes: number;
  sizeBytes: number;
  label: string;
  /** Directory to fill it with. */
  content: string;
}

/** Makes an ext4 file system inside an existing image file. */
export async function makeExt4(options: Ext4): Promise<void> {
  await run([
    ...(['mkfs.ext4', '-q', '-F', '-m', '0', '-L', options.label] as const),
    // GRUB 2.06 cannot read a file system with it; newer e2fsprogs turn it on by default.
    ...['-O', '^metadata_csum_seed'],
    ...['-E', `offset=${options.offsetBytes},root_owner=0:0`],
    ...['-d', options.content],
    options.path,
    `${options.sizeBytes / 1024}k`,
  ]);
}
