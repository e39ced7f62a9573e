import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedImage } from './cache.ts';
import { assembleDisk } from './os-disk.ts';
import { run } from './run.ts';

const guestDir = fileURLToPath(new URL('guest', import.meta.url));
const buildTimeoutMs = 15 * 60_000;

/** Everything besides the files in guest/ that decides what the image is. */
const recipe = {
  /** Counts changes of the assembly that this object does not show. */
  revision: 1,
  suite: 'bookworm',
  packages: ['linux-image-cloud-amd64', 'initramfs-tools', 'open-iscsi', 'udev', 'busybox', 'lz4'],
  excludedPaths: ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'],
  rootLabel: 'cafeboot-pc',
  sizeBytes: 600 * 2 ** 20,
} as const;

/**
 * The raw disk image of the virtual PCs' OS: Debian with the root file system on the iSCSI disk that the
 * firmware's iBFT names, started by BIOS and UEFI alike, and guest/init.sh as its init.
 * Built from Debian's packages at first use (about half a minute) and kept in the cache.
 */
export async function osImage(onBuild: () => void = () => undefined): Promise<string> {
  return cachedImage({ kind: 'pc', digest: await recipeHash() }, async (path, dir) => {
    onBuild();
    const root = join(dir, 'root');
    await bootstrap(root);
    await assembleDisk({ ...recipe, path, root, dir, grubConfig: join(guestDir, 'grub.cfg') });
  });
}

async function recipeHash(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  for (const name of (await readdir(guestDir)).sort()) {
    hash.update(name).update(await readFile(join(guestDir, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function bootstrap(root: string): Promise<void> {
  // mmdebstrap's hooks are shell text by its design; these are constants. The essential ones come
  // before the kernel is configured, so that its initramfs is built once and right.
  const essentialHooks = [
    'mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/etc/initramfs-tools/hooks" "$1/etc/iscsi"',
    `upload ${guestDir}/initramfs.conf /etc/initramfs-tools/conf.d/cafeboot`,
    `upload ${guestDir}/initramfs-modules /etc/initramfs-tools/hooks/cafeboot`,
    'chmod +x "$1/etc/initramfs-tools/hooks/cafeboot"',
    `upload ${guestDir}/iscsi.initramfs /etc/iscsi/iscsi.initramfs`,
  ];
  const customizeHooks = [
    `upload ${guestDir}/init.sh /sbin/cafeboot-pc`,
    'chmod +x "$1/sbin/cafeboot-pc"',
    'cd "$1/boot" && ln -s vmlinuz-* vmlinuz && ln -s initrd.img-* initrd',
  ];
  await run(
    [
      // Its mounts and processes go with it, also when the build is interrupted.
      ...(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const),
      'mmdebstrap',
      '--variant=minbase',
      '--architectures=amd64',
      `--include=${recipe.packages.join(',')}`,
      ...recipe.excludedPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
      '--aptopt=Acquire::Languages "none"',
      ...essentialHooks.map((hook) => `--essential-hook=${hook}`),
      ...customizeHooks.map((hook) => `--customize-hook=${hook}`),
      recipe.suite,
      root,
    ],
    { timeoutMs: buildTimeoutMs },
  );
}
