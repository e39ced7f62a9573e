import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../run.ts';
import type { DiskImage } from './hardware.ts';

/** Where a VM with a system of its own has this machine's files, read only. */
export const hostFiles = '/host';

/** What Node is linked against, and a small Debian lacks: the lab's agent brings its own. */
const nodeLibrary = '/usr/lib/x86_64-linux-gnu/libatomic.so.1';

/** A disk that begins as `image` and keeps what is written to it; the image stays as it is. */
export async function overlayRoot(image: string, path: string): Promise<DiskImage> {
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', image, path]);
  return { name: 'root', path, format: 'qcow2' };
}

/** Words of the kernel's command line for a Debian of debian.ts. */
export async function debianEnvironment({
  guestDir,
  address,
  dir,
}: {
  guestDir: string;
  address: string;
  dir: string;
}): Promise<Record<string, string>> {
  const libraries = join(dir, 'agent-libraries');
  await mkdir(libraries, { recursive: true });
  await copyFile(nodeLibrary, join(libraries, basename(nodeLibrary)));
  const ofServices = {
    CAFEBOOT_NODE: `${hostFiles}${process.execPath}`,
    CAFEBOOT_AGENT: `${hostFiles}${guestDir}/agent.ts`,
    CAFEBOOT_LIBRARIES: `${hostFiles}${libraries}`,
    CAFEBOOT_ADDRESS: address,
  };
  return {
    CAFEBOOT_ROOT: '/dev/vda',
    'net.ifnames': '0',
    // Each word sets one variable of all services.
    ...Object.fromEntries(
      Object.entries(ofServices).map(([name, value]) => [`systemd.setenv=${name}`, value]),
    ),
  };
}
