import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CafebootError } from '../errors.ts';
import type { Run } from '../storage/exec.ts';
import type { OpenPorts } from './firewall.ts';
import { layout, type ProgramVersion, programPath } from './layout.ts';
import { describeMachine } from './machine.ts';
import { installPackages } from './packages.ts';
import { type InstallPlan, planInstall, type Step } from './plan.ts';
import { linkProgram, placeProgram } from './programs.ts';
import { createService, type ReadStatus, waitForVersion } from './service.ts';
import { type Cafe, type UninstallOptions, uninstall } from './uninstall.ts';
import { upgrade } from './upgrade.ts';

export interface InstallerDeps {
  run: Run;
  /** This program, and the file that it is. */
  build: ProgramVersion;
  program: string;
  /** Texts of the unit file and the example configuration. */
  unit: string;
  exampleConfig: string;
  dataDir: string;
  database: string;
  openPorts: OpenPorts;
  cafe: Cafe;
  readStatus: ReadStatus;
  /** Told of each step as it begins. */
  tell: (step: Step) => void;
}

export type Installer = ReturnType<typeof createInstaller>;

/** Puts the program on this machine as a service, exchanges it, and takes it away. */
export function createInstaller(deps: InstallerDeps) {
  const { run, build, program, unit, openPorts, exampleConfig, tell, readStatus } = deps;
  const service = createService(run);
  const path = programPath(build);

  /** By kind; each may be done again. */
  const actions: Partial<Record<Step['kind'], (step: Step) => Promise<unknown>>> = {
    packages: ({ data }) => installPackages(run, (data.names ?? '').split(' ')),
    'disable-tgt': service.disableTgt,
    program: () => placeProgram(program, path),
    link: () => linkProgram(path),
    config: () => writeText(layout.config, exampleConfig),
    async unit() {
      await writeText(layout.unit, unit);
      await service.reload();
    },
    start: service.enable,
    async restart() {
      await service.enable();
      await service.restart();
    },
  };

  return {
    /** What is to be done. Throws as `planInstall` does. */
    plan: async (isForced: boolean): Promise<InstallPlan> =>
      planInstall(await describeMachine(run), { build, unit, openPorts, isForced }),

    /** Does it, and waits until the server answers. Throws `install_not_ready` where it does not. */
    async install({ steps }: InstallPlan, timeoutMs: number): Promise<void> {
      for (const step of steps) {
        tell(step);
        await actions[step.kind]?.(step);
      }
      const { version } = build;
      const { restarts } = service;
      if (!(await waitForVersion({ readStatus, version, timeoutMs, restarts }))) {
        throw new CafebootError('install_not_ready', { reason: await service.lastLines() });
      }
    },

    /** See upgrade.ts. */
    upgrade: (file: string, timeoutMs: number) => upgrade(file, timeoutMs, { ...deps, service }),

    /** See uninstall.ts. */
    uninstall: (options: UninstallOptions) => uninstall(options, { ...deps, service }),
  };
}

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o644 });
}
