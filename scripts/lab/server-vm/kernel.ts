import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDirectory } from '../cache.ts';
import { run } from '../run.ts';

/** What QEMU starts the server VM from. */
export interface ServerKernel {
  /** bzImage. */
  kernel: string;
  initramfs: string;
  /** Directory that stands for the guest's /usr/lib/modules. */
  modules: string;
}

const initPath = fileURLToPath(new URL('guest/initramfs.sh', import.meta.url));
const buildTimeoutMs = 10 * 60_000;

/** Everything besides guest/initramfs.sh that decides what is built. */
const recipe = {
  /** Counts changes of the assembly that this object does not show. */
  revision: 3,
  suite: 'bookworm',
  packages: ['linux-image-amd64', 'busybox-static'],
  /** Of what a virtual server has no use for: two thirds of 400 MB. */
  withoutModules: ['sound', 'net/wireless', 'drivers/gpu', 'drivers/media', 'drivers/net/wireless'],
  /** Until the root is mounted, in the order in which they need one another. */
  bootModules: [
    ...['virtio_ring', 'virtio', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci'],
    ...['9pnet', '9pnet_virtio', 'netfs', 'fscache', '9p', 'overlay'],
    ...['virtio_blk', 'crc32c_generic', 'crc16', 'mbcache', 'jbd2', 'ext4'],
  ],
} as const;

/**
 * Debian's stock kernel, with device-mapper and the SCSI target, and an initramfs that makes this machine's
 * own root file system the guest's, or a disk's. Made of packages at first use (about 20 s) and kept in the cache.
 */
export async function serverKernel(onBuild: () => void = () => undefined): Promise<ServerKernel> {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const digest = hash
    .update(await readFile(initPath))
    .digest('hex')
    .slice(0, 16);
  const path = await cachedDirectory({ kind: 'server', digest }, async (output, dir) => {
    onBuild();
    await build(output, dir);
  });
  return placesIn(path);
}

const placesIn = (path: string): ServerKernel => ({
  kernel: join(path, 'vmlinuz'),
  initramfs: join(path, 'initramfs'),
  modules: join(path, 'modules'),
});

async function build(output: string, dir: string): Promise<void> {
  const root = join(dir, 'root');
  await extractPackages(root);
  const modules = join(root, 'lib', 'modules');
  const [version] = await readdir(modules);
  if (version === undefined) throw new Error('the kernel package has no modules');
  const ofKernel = join(modules, version, 'kernel');
  for (const path of recipe.withoutModules) await rm(join(ofKernel, path), { recursive: true });
  const busybox = join(root, 'bin', 'busybox');
  await run(['depmod', '-b', root, version]);
  const places = placesIn(output);
  await mkdir(output);
  await packInitramfs(
    { busybox, modules: ofKernel, dir: join(dir, 'initramfs') },
    places.initramfs,
  );
  await rename(join(root, 'boot', `vmlinuz-${version}`), places.kernel);
  await rename(modules, places.modules);
}

/** Nothing of them is configured or run. */
async function extractPackages(root: string): Promise<void> {
  await run(
    [
      ...(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const),
      'mmdebstrap',
      '--variant=extract',
      '--architectures=amd64',
      `--include=${recipe.packages.join(',')}`,
      '--aptopt=Acquire::Languages "none"',
      recipe.suite,
      root,
    ],
    { timeoutMs: buildTimeoutMs },
  );
}

async function packInitramfs(
  from: { busybox: string; modules: string; dir: string },
  output: string,
): Promise<void> {
  const files = new Map<string, string>([
    ['bin/busybox', from.busybox],
    ['init', initPath],
  ]);
  const list = await run([from.busybox, 'find', from.modules, '-name', '*.ko']);
  const found = new Map(
    list.split('\n').map((path) => [path.slice(path.lastIndexOf('/') + 1), path]),
  );
  for (const module of recipe.bootModules) {
    const path = found.get(`${module}.ko`);
    if (path === undefined) throw new Error(`the kernel package has no module ${module}`);
    files.set(`modules/${module}.ko`, path);
  }
  const directories = ['bin', 'modules', 'dev', 'lower', 'upper', 'root'];
  for (const name of directories) await mkdir(join(from.dir, name), { recursive: true });
  for (const [name, path] of files) await copyFile(path, join(from.dir, name));
  await writeFile(join(from.dir, 'modules/order'), `${recipe.bootModules.join('\n')}\n`);
  const names = [...directories, ...files.keys(), 'modules/order'];
  await run([from.busybox, 'cpio', '-o', '-H', 'newc', '-F', output], {
    cwd: from.dir,
    input: `${names.join('\n')}\n`,
  });
}
