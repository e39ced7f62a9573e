import { stat } from 'node:fs/promises';
import { CafebootError } from '../errors.ts';
import { configfs } from './configfs.ts';
import type { Run } from './exec.ts';
import { createBackstores } from './lio-backstores.ts';
import { ourAlias, targetPaths, targetRoot } from './lio-names.ts';
import { findRefusals, readSessions } from './lio-sessions.ts';
import { isAsWanted, type LioTarget, readTarget } from './lio-state.ts';
import { createLioTargets } from './lio-targets.ts';
import { createUnknownTargets } from './lio-unknown.ts';
import { createSettled } from './settled.ts';
import { targetcliBatch } from './targetcli-batch.ts';
import type { EnsureOutcome, Lun, TargetServer } from './targets.ts';
import type { Portal } from './tgt-daemon.ts';

const saveTimeoutMs = 300_000;

export interface LioOptions {
  /** Where PCs log in: `0.0.0.0` or the served interfaces' addresses. */
  portals: Portal[];
  run: Run;
  /** Told of a failed `targetcli saveconfig`; disks work without it. */
  onSaveFailed: (error: unknown) => void;
}

/** Whether this kernel has LIO; loads its modules. */
export async function hasLio(run: Run): Promise<boolean> {
  await run('modprobe', ['-a', 'target_core_mod', 'iscsi_target_mod']).catch(() => {});
  return configfs.exists(targetRoot);
}

/**
 * Exports volumes through the kernel's LIO by writing configfs. Targets stay when this is closed: PCs keep
 * their disks while the program is restarted or replaced.
 */
export async function startLio(options: LioOptions): Promise<TargetServer> {
  const root = targetRoot;
  if (!(await hasLio(options.run))) {
    throw new CafebootError('target_unavailable', { detail: `no ${root}` });
  }
  await configfs.ensureDirectory(`${root}/iscsi`);
  const portalNames = options.portals.map(({ address, port }) => `${address}:${port}`);
  const backstores = createBackstores(root);
  const targets = createLioTargets(root, backstores, options.portals);
  const unknown = createUnknownTargets();
  // From now on.
  await unknown.read();
  // Into saveconfig.json: Debian's target.service then brings the disks back after a reboot even where this
  // program does not start.
  const saved = createSettled(
    () => options.run('targetcli', ['saveconfig'], { timeoutMs: saveTimeoutMs }),
    options.onSaveFailed,
  );
  const read = (name: string) => readTarget(root, name, backstores);
  const names = async () =>
    (await configfs.directories(`${root}/iscsi`)).filter((name) => name.startsWith('iqn.'));

  async function ours(): Promise<LioTarget[]> {
    const all = await Promise.all((await names()).map(read));
    return all.filter(({ isOurs }) => isOurs);
  }

  /** Those that are complete enough for a login, by one file each: it is asked twice a second while PCs boot. */
  async function ofOurs<Result>(look: (root: string, name: string) => Promise<Result>) {
    const all = await Promise.all(
      (await names()).map(async (name) => {
        const alias = await configfs.find(`${targetPaths(root, name).tpg}/param/TargetAlias`);
        return alias === ourAlias ? [await look(root, name)] : [];
      }),
    );
    return all.flat();
  }

  async function findOurs(name: string): Promise<LioTarget | undefined> {
    if (!(await configfs.exists(`${root}/iscsi/${name}`))) return undefined;
    const target = await read(name);
    if (target.isOurs) return target;
    throw new CafebootError('already_exists', { volume: name });
  }

  return {
    kind: 'lio',
    firstLun: 0,

    async ensure(spec): Promise<EnsureOutcome> {
      const present = await findOurs(spec.name);
      if (present && isAsWanted(present, spec, portalNames)) return 'unchanged';
      if (present) await targets.remove(spec.name);
      saved.changed();
      try {
        await targets.create(spec);
      } catch (error) {
        await targets.remove(spec.name).catch(() => {});
        if (error instanceof CafebootError) throw error;
        throw new CafebootError('target_unavailable', { detail: spec.name }, { cause: error });
      }
      return present ? 'replaced' : 'created';
    },

    async compare(spec) {
      const present = await findOurs(spec.name);
      if (!present) return 'missing';
      return isAsWanted(present, spec, portalNames) ? 'same' : 'different';
    },

    async remove(name) {
      const present = await findOurs(name).catch(() => undefined);
      if (!present) return;
      await targets.remove(name);
      saved.changed();
    },

    sweep: backstores.sweep,

    list: async () => (await ours()).map(({ name }) => name).sort(),

    sessions: async () => (await ofOurs(readSessions)).flat(),
    async refusals() {
      const counted = (await ofOurs(findRefusals)).filter((each) => each !== undefined);
      return [...counted, ...(await unknown.read())];
    },

    async asTargetcli(specs) {
      const withKind = async (lun: Lun) => ({
        ...lun,
        isFile: (await stat(lun.devicePath)).isFile(),
      });
      const batch = specs.map(async (spec) => ({
        ...spec,
        luns: await Promise.all(spec.luns.map(withKind)),
      }));
      return targetcliBatch(await Promise.all(batch), options.portals);
    },

    async close() {
      await saved.close();
      await unknown.close();
    },
  };
}
