import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BuildInfo } from '../../src/build-info.ts';
import { renderExampleConfig } from '../../src/config-example.ts';
import { serverPackages } from '../../src/install/packages.ts';
import { run } from '../lab/run.ts';
import type { LinuxPlatform } from './platforms.ts';

export interface DebOptions {
  root: string;
  output: string;
  buildInfo: BuildInfo;
  /** Of every file inside. */
  date: Date;
  platform: LinuxPlatform;
  /** The program's single binary. */
  binary: string;
}

const architectures: Record<LinuxPlatform, string> = {
  'linux-x64': 'amd64',
  'linux-arm64': 'arm64',
};
const programPath = '/usr/bin/cafeboot';
const configPath = '/etc/cafeboot/cafeboot.toml';
const packTimeoutMs = 10 * 60_000;

/** tgt only where the kernel has no target server. */
const depends = ['libc6 (>= 2.28)', 'libstdc++6', ...serverPackages].join(', ');

/**
 * As debhelper's own: a new service is enabled and started, one that the administrator has disabled or
 * stopped by a policy stays so at an upgrade.
 */
const postinst = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  deb-systemd-helper unmask cafeboot.service >/dev/null || true
  if deb-systemd-helper --quiet was-enabled cafeboot.service; then
    deb-systemd-helper enable cafeboot.service >/dev/null || true
  else
    deb-systemd-helper update-state cafeboot.service >/dev/null || true
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    # tgt comes recommended, and takes the port of the kernel's target; where it serves nobody it need not run.
    if [ -z "$2" ] && ! ls /etc/tgt/conf.d/*.conf >/dev/null 2>&1; then
      systemctl disable --now --quiet tgt.service 2>/dev/null || true
    fi
    deb-systemd-invoke restart cafeboot.service >/dev/null || true
  fi
fi
`;
const prerm = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop cafeboot.service >/dev/null || true
fi
`;
const postrm = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
if [ "$1" = remove ] && [ -x /usr/bin/deb-systemd-helper ]; then
  deb-systemd-helper mask cafeboot.service >/dev/null || true
fi
if [ "$1" = purge ]; then
  if [ -x /usr/bin/deb-systemd-helper ]; then
    deb-systemd-helper purge cafeboot.service >/dev/null || true
    deb-systemd-helper unmask cafeboot.service >/dev/null || true
  fi
  rm -rf /var/cache/cafeboot
  echo "The data of cafeboot is still in /var/lib/cafeboot, and in its volume group where it has one."
fi
`;

/** Makes the Debian package `cafeboot_<version>_<architecture>.deb` in `output`; returns its path. */
export async function buildDeb(options: DebOptions): Promise<string> {
  const { output, buildInfo, date, platform } = options;
  const dir = await mkdtemp(join(tmpdir(), 'cafeboot-deb-'));
  try {
    const tree = join(dir, 'tree');
    await writeTree(tree, options);
    const name = `cafeboot_${buildInfo.version}_${architectures[platform]}.deb`;
    const path = join(output, name);
    await run(
      // One thread: how many there are would show in the bytes.
      ['dpkg-deb', '--root-owner-group', '-Zxz', '-z1', '--threads-max=1', '--build', tree, path],
      {
        env: { SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)) },
        timeoutMs: packTimeoutMs,
      },
    );
    return path;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function writeTree(tree: string, options: DebOptions): Promise<void> {
  const { root, binary, buildInfo, date, platform } = options;
  const unit = await readFile(join(root, 'templates/systemd/cafeboot.service'), 'utf8');
  const texts = {
    '/DEBIAN/control': control(buildInfo.version, architectures[platform]),
    '/DEBIAN/conffiles': `${configPath}\n`,
    '/usr/lib/systemd/system/cafeboot.service': unit.replaceAll(
      '/usr/local/bin/cafeboot',
      programPath,
    ),
    [configPath]: renderExampleConfig(),
    '/usr/share/doc/cafeboot/copyright': await readFile(join(root, 'LICENSE'), 'utf8'),
  };
  for (const [path, text] of Object.entries(texts)) await place(tree, path, text, 0o644);
  const scripts = { postinst, prerm, postrm };
  for (const [name, text] of Object.entries(scripts)) {
    await place(tree, `/DEBIAN/${name}`, text, 0o755);
  }
  await mkdir(join(tree, dirname(programPath)), { recursive: true });
  await copyFile(binary, join(tree, programPath));
  await chmod(join(tree, programPath), 0o755);
  for (const entry of await readdir(tree, { recursive: true })) {
    await utimes(join(tree, entry), date, date);
  }
  await utimes(tree, date, date);
}

async function place(tree: string, path: string, text: string, mode: number): Promise<void> {
  await mkdir(join(tree, dirname(path)), { recursive: true, mode: 0o755 });
  await writeFile(join(tree, path), text);
  // Whatever this process's umask is.
  await chmod(join(tree, path), mode);
  for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
    await chmod(join(tree, parent), 0o755);
  }
}

const control = (version: string, architecture: string) => `Package: cafeboot
Version: ${version}
Architecture: ${architecture}
Maintainer: cafeboot <root@localhost>
Section: net
Priority: optional
Depends: ${depends}${architecture === 'arm64' ? ', libatomic1' : ''}
Recommends: tgt
Description: network-boot and disk server for internet cafes
 Answers PXE, hands out iPXE, writes each PC's boot script, and gives each PC
 its own writable snapshot of a golden disk over iSCSI.
`;
