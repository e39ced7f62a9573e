import { readFile, readlink, stat } from 'node:fs/promises';
import type { Run } from '../storage/exec.ts';
import { type Firewall, firewalls } from './firewall.ts';
import { layout } from './layout.ts';
import { type OsRelease, parseOsRelease } from './os-release.ts';
import { missingPackages, serverPackages, targetDaemonPackage } from './packages.ts';

/** Services that answer on our ports, or are what a cafe had before us. */
export const rivalServices = [
  'dnsmasq',
  'isc-dhcp-server',
  'kea-dhcp4-server',
  'tftpd-hpa',
  'atftpd',
  'nginx',
  'apache2',
  'tgt',
] as const;

/** What of a machine decides what is to be done on it. */
export interface Machine {
  isRoot: boolean;
  os: OsRelease;
  hasSystemd: boolean;
  /** The Debian package is installed: it is apt's to change. */
  isPackaged: boolean;
  missingPackages: string[];
  /** Running now. */
  rivals: string[];
  firewalls: Firewall[];
  /** What `layout.link` points to. */
  linked: string | undefined;
  /** The unit file's text. */
  unit: string | undefined;
  hasConfig: boolean;
  isEnabled: boolean;
  isActive: boolean;
}

/** Looks at this machine; changes nothing. */
export async function describeMachine(run: Run): Promise<Machine> {
  const wanted = (await hasKernelTarget(run))
    ? serverPackages
    : [...serverPackages, targetDaemonPackage];
  const active = await activeUnits(run, [...rivalServices, ...firewalls, layout.unitName]);
  // Its service is active also where ufw itself is switched off.
  const isUfwOn = /^ENABLED=yes$/m.test((await text('/etc/ufw/ufw.conf')) ?? '');
  return {
    isRoot: process.getuid?.() === 0,
    os: parseOsRelease((await text('/etc/os-release')) ?? ''),
    hasSystemd: await exists('/run/systemd/system'),
    isPackaged: await exists(layout.packaged),
    missingPackages: missingPackages((await text('/var/lib/dpkg/status')) ?? '', wanted),
    rivals: rivalServices.filter((name) => active.has(name)),
    firewalls: firewalls.filter((name) => active.has(name) && (name !== 'ufw' || isUfwOn)),
    linked: await readlink(layout.link).catch(() => undefined),
    unit: await text(layout.unit),
    hasConfig: await exists(layout.config),
    isEnabled: await succeeds(run, 'systemctl', ['is-enabled', '--quiet', layout.unitName]),
    isActive: active.has(layout.unitName),
  };
}

async function activeUnits(run: Run, names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    names.map((name) => succeeds(run, 'systemctl', ['is-active', '--quiet', name])),
  );
  return new Set(names.filter((_, index) => found[index]));
}

const hasKernelTarget = (run: Run) =>
  succeeds(run, 'modprobe', ['--dry-run', '--quiet', 'iscsi_target_mod']);

const succeeds = (run: Run, file: string, args: string[]): Promise<boolean> =>
  run(file, args).then(
    () => true,
    () => false,
  );

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

export const text = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(() => undefined);
