import { createHash } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverPackages } from '../../../src/install/packages.ts';
import { cachedImage } from '../cache.ts';
import { makeExt4 } from '../os-disk.ts';
import { run } from '../run.ts';
import { serverKernel } from './kernel.ts';

const unitPath = fileURLToPath(new URL('guest/lab-agent.service', import.meta.url));
const buildTimeoutMs = 15 * 60_000;

/** Everything besides the lab's unit and the kernel that decides what is built. */
const recipe = {
  /** Counts changes of the assembly that this object does not show. */
  revision: 1,
  suite: 'bookworm',
  /** With what Debian's installer calls standard, as far as it takes time to install in an emulated machine. */
  packages: ['systemd-sysv', 'udev', 'iproute2', 'kmod', 'e2fsprogs', 'dbus', 'python3'],
  /** What apt can install in it: a VM has no internet. */
  offered: serverPackages,
  repository: '/srv/packages',
  excludedPaths: ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*'],
  sizeBytes: 4 * 2 ** 30,
} as const;

/**
 * An ext4 image of a small Debian with systemd and nothing of ours, for `ServerVmOptions.root`: as its own
 * installer leaves a server, but that the kernel comes from outside, and that apt's packages are on its own
 * disk. Built at first use (about a minute) and kept in the cache.
 */
export async function debianServer(): Promise<string> {
  const { modules } = await serverKernel();
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const digest = hash
    .update((await readdir(modules)).join())
    .update(await readFile(unitPath))
    .digest('hex')
    .slice(0, 16);
  return cachedImage({ kind: 'debian', digest }, async (path, dir) => {
    const root = join(dir, 'root');
    await bootstrap(root, modules);
    const image = await open(path, 'w');
    await image.truncate(recipe.sizeBytes);
    await image.close();
    const { sizeBytes } = recipe;
    await makeExt4({ path, offsetBytes: 0, sizeBytes, label: 'server', content: root });
  });
}

async function bootstrap(root: string, modules: string): Promise<void> {
  const { packages, offered, repository, excludedPaths, suite } = recipe;
  // mmdebstrap's hooks are shell text by its design; these are constants.
  const hooks = [
    `upload ${unitPath} /etc/systemd/system/${basename(unitPath)}`,
    `chroot "$1" systemctl enable ${basename(unitPath)}`,
    'echo server >"$1/etc/hostname"',
    ': >"$1/etc/machine-id"',
    // Its disk is not here to stay.
    'echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/lab"',
    // What apt will ask for, and the list of it.
    'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -qq install -y --no-install-recommends --download-only ' +
      offered.join(' '),
    `mkdir -p "$1${repository}" && mv "$1"/var/cache/apt/archives/*.deb "$1${repository}/"`,
    `cd "$1${repository}" && dpkg-scanpackages --multiversion . /dev/null >Packages 2>/dev/null`,
    'rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1"/var/lib/apt/lists/*',
    `echo 'deb [trusted=yes] file:${repository} ./' >"$1/etc/apt/sources.list"`,
    `mkdir -p "$1/usr/lib/modules" && cp -a ${modules}/. "$1/usr/lib/modules/"`,
  ];
  await run(
    [
      ...(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const),
      'mmdebstrap',
      '--variant=minbase',
      '--architectures=amd64',
      `--include=${packages.join(',')}`,
      ...excludedPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
      '--aptopt=Acquire::Languages "none"',
      ...hooks.map((hook) => `--customize-hook=${hook}`),
      suite,
      root,
    ],
    { timeoutMs: buildTimeoutMs },
  );
}
