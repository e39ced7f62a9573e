import { CafebootError } from '../errors.ts';
import { type OpenPorts, openingCommands } from './firewall.ts';
import { layout, type ProgramVersion, programPath } from './layout.ts';
import type { Machine } from './machine.ts';
import { isSupported, supportedNames } from './os-release.ts';
import { targetDaemonPackage } from './packages.ts';

/** Kinds of steps, each with a text in both languages under `step.<kind>`. */
export const stepKinds = [
  'packages',
  'disable-tgt',
  'program',
  'link',
  'config',
  'unit',
  'start',
  'restart',
  'stop',
  'retire',
  'remove',
  'backup',
  'targets',
  'stays',
  'group-stays',
  'running',
  'rival',
  'firewall',
  'ask',
  'nothing',
  'ready',
  'code',
] as const;
export type StepKind = (typeof stepKinds)[number];

/** One thing to do, or to tell; `data` fills its text. */
export interface Step {
  kind: StepKind;
  data: Record<string, string>;
}

export interface InstallPlan {
  /** In order; empty where all is as it should be. */
  steps: Step[];
  /** For the administrator to see to. */
  notices: Step[];
}

export interface InstallOptions {
  build: ProgramVersion;
  /** What the unit file and the example configuration are to hold. */
  unit: string;
  /** As this machine's configuration has them. */
  openPorts: OpenPorts;
  /** On an operating system that it is not tried on. */
  isForced: boolean;
}

/**
 * What makes this machine a cafe's server. Throws `install_not_root`, `install_packaged`,
 * `install_no_systemd`, and `install_os` where that is not forced.
 */
export function planInstall(machine: Machine, options: InstallOptions): InstallPlan {
  const { build, unit, openPorts, isForced } = options;
  checkMachine(machine);
  if (!isSupported(machine.os) && !isForced) {
    throw new CafebootError('install_os', { name: machine.os.name, supported: supportedNames });
  }
  const { missingPackages, isActive, isEnabled } = machine;
  const path = programPath(build);
  const isNewProgram = machine.linked !== path;
  const isNewUnit = machine.unit !== unit;
  const steps: Step[] = [];
  if (missingPackages.length > 0) {
    steps.push({ kind: 'packages', data: { names: missingPackages.join(' ') } });
  }
  // It would be started by its package, and take our own one's port.
  if (missingPackages.includes(targetDaemonPackage)) steps.push({ kind: 'disable-tgt', data: {} });
  if (isNewProgram) {
    steps.push({ kind: 'program', data: { path } });
    steps.push({ kind: 'link', data: { path: layout.link, target: path } });
  }
  if (!machine.hasConfig) steps.push({ kind: 'config', data: { path: layout.config } });
  if (isNewUnit) steps.push({ kind: 'unit', data: { path: layout.unit } });
  if (isActive && (isNewProgram || isNewUnit)) steps.push({ kind: 'restart', data: {} });
  else if (!isActive || !isEnabled) steps.push({ kind: 'start', data: {} });
  return { steps, notices: noticesOf(machine, openPorts) };
}

/** Throws where nothing may be installed, upgraded or removed. */
export function checkMachine({ isRoot, hasSystemd, isPackaged }: Machine): void {
  if (!isRoot) throw new CafebootError('install_not_root');
  if (isPackaged) throw new CafebootError('install_packaged', { path: layout.packaged });
  if (!hasSystemd) throw new CafebootError('install_no_systemd');
}

function noticesOf({ rivals, firewalls }: Machine, openPorts: OpenPorts): Step[] {
  return [
    ...rivals.map((name): Step => ({ kind: 'rival', data: { name } })),
    ...firewalls.map((firewall): Step => {
      const commands = openingCommands(firewall, openPorts).map((command) => `  ${command}`);
      return { kind: 'firewall', data: { name: firewall, commands: commands.join('\n') } };
    }),
  ];
}
