import type { Run } from '../storage/exec.ts';

/** Debian's packages that a cafe's server needs besides the base system. */
export const serverPackages = [
  'dbus',
  'ipxe',
  'kmod',
  'lvm2',
  'qemu-utils',
  'targetcli-fb',
  'thin-provisioning-tools',
  'xfsprogs',
] as const;

/** Where the kernel has no iSCSI target of its own. */
export const targetDaemonPackage = 'tgt';

const installTimeoutMs = 30 * 60_000;
const updateTimeoutMs = 10 * 60_000;
const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];

/** Those of `wanted` that are not installed, by the text of dpkg's status file. */
export function missingPackages(status: string, wanted: readonly string[]): string[] {
  const installed = new Set(
    status.split('\n\n').flatMap((entry) => {
      const [, name] = /^Package: (.+)$/m.exec(entry) ?? [];
      return name !== undefined && /^Status: \S+ ok installed$/m.test(entry) ? [name] : [];
    }),
  );
  return wanted.filter((name) => !installed.has(name));
}

/** Installs them with what they depend on, and nothing else. Throws `command_failed` with apt's words. */
export async function installPackages(run: Run, names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
  await run('apt-get', [...quiet, 'update'], { env, timeoutMs: updateTimeoutMs });
  await run('apt-get', [...quiet, 'install', '--no-install-recommends', '-y', ...names], {
    env,
    timeoutMs: installTimeoutMs,
  });
}
