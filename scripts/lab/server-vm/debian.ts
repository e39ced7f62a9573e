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

/** Debian 12 and 13. */
export type Suite = 'bookworm' | 'trixie';

/** Everything besides the lab's unit and the kernel that decides what is built. */
const recipe = {
  /** Counts changes of the assembly that this object does not show. */
  revision: 2,
  /** With what Debian's installer calls standard, as far as it takes time to install in an emulated machine. */
  packages: ['systemd-sysv', 'udev', 'iproute2', 'kmod', 'e2fsprogs', 'dbus', 'python3'],
  /** What apt can install in it: a VM has no internet. */
  offered: serverPackages,
  repository: '/srv/packages',
  /** How dpkg works in it: its disk is not here to stay, and nobody reads there. */
  dpkg: [
    'force-unsafe-io',
    ...['doc', 'man', 'locale'].map((name) => `path-exclude=/usr/share/${name}/*`),
  ],
  sizeBytes: 4 * 2 ** 30,
} as const;

/** Shell: the package in $deb again, with its files as they are instead of compressed. */
const unpackDeb =
  'ar x "$deb" && for part in control data; do ' +
  'case $(echo $part.tar.*) in *.xz) xz -d $part.tar.xz;; *.zst) zstd -q -d --rm $part.tar.zst;; *.gz) gzip -d $part.tar.gz;; esac; done && ' +
  'rm "$deb" && ar rcD "$deb" debian-binary control.tar data.tar && rm debian-binary control.tar data.tar';

/**
 * An ext4 image of a small Debian with systemd and nothing of ours, for `ServerVmOptions.root`: as its own
 * installer leaves a server, but that the kernel comes from outside, and that apt's packages are on its own
 * disk. Built at first use (about a minute) and kept in the cache.
 */
export async function debianServer(suite: Suite = 'bookworm'): Promise<string> {
  const { modules } = await serverKernel();
  const hash = createHash('sha256').update(JSON.stringify({ ...recipe, suite }));
  const digest = hash
    .update((await readdir(modules)).join())
    .update(await readFile(unitPath))
    .digest('hex')
    .slice(0, 16);
  return cachedImage({ kind: suite, digest }, async (path, dir) => {
    const root = join(dir, 'root');
    await bootstrap(suite, root, modules);
    const image = await open(path, 'w');
    await image.truncate(recipe.sizeBytes);
    await image.close();
    const { sizeBytes } = recipe;
    await makeExt4({ path, offsetBytes: 0, sizeBytes, label: 'server', content: root });
  });
}

async function bootstrap(suite: Suite, root: string, modules: string): Promise<void> {
  const { packages, offered, repository, dpkg } = recipe;
  // mmdebstrap's hooks are shell text by its design; these are constants.
  const before = [
    // By its own option mmdebstrap would send the essential packages through a filter in Python.
    'mkdir -p "$1/etc/dpkg/dpkg.cfg.d"',
    `printf '%s\\n' ${dpkg.join(' ')} >"$1/etc/dpkg/dpkg.cfg.d/lab"`,
  ];
  const hooks = [
    `upload ${unitPath} /etc/systemd/system/${basename(unitPath)}`,
    `chroot "$1" systemctl enable ${basename(unitPath)}`,
    'echo server >"$1/etc/hostname"',
    ': >"$1/etc/machine-id"',
    // Compiles every module of a package, which is a minute of an emulated machine; Python itself compiles those that run.
    'chroot "$1" dpkg-divert --quiet --local --rename --add /usr/bin/py3compile',
    'ln -s true "$1/usr/bin/py3compile"',
    // What apt will ask for, unpacked by this machine instead of the emulated one, and the list of it.
    'rm -f "$1"/var/cache/apt/archives/*.deb',
    'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -qq install -y --no-install-recommends --download-only ' +
      offered.join(' '),
    `mkdir -p "$1${repository}" && mv "$1"/var/cache/apt/archives/*.deb "$1${repository}/"`,
    `cd "$1${repository}" && for deb in *.deb; do ${unpackDeb}; done`,
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
      '--aptopt=Acquire::Languages "none"',
      ...before.map((hook) => `--setup-hook=${hook}`),
      ...hooks.map((hook) => `--customize-hook=${hook}`),
      suite,
      root,
    ],
    { timeoutMs: buildTimeoutMs },
  );
}
