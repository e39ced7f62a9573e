import { setTimeout as sleep } from 'node:timers/promises';
import { CafebootError } from '../errors.ts';
import { configfs } from './configfs.ts';
import { hasErrno } from './errno.ts';
import type { Backstores } from './lio-backstores.ts';
import { ourAlias, targetPaths } from './lio-names.ts';
import { findLinked } from './lio-state.ts';
import type { Lun, TargetSpec } from './targets.ts';
import type { Portal } from './tgt-daemon.ts';

/** Of a PC whose session does not end: the kernel waits for its commands in flight. */
const drainTimeoutMs = 10_000;
const drainPollMs = 20;

/** Makes and removes whole targets in the order that configfs demands. */
export function createLioTargets(root: string, backstores: Backstores, portals: Portal[]) {
  async function addLun(lunPath: string, lun: Lun): Promise<void> {
    const backstore = await backstores.create(lun);
    try {
      await configfs.ensureDirectory(lunPath);
      await configfs.link(backstore, `${lunPath}/disk`);
      backstores.linked(backstore);
    } catch (error) {
      await backstores.remove(backstore).catch(() => {});
      throw error;
    }
  }

  async function mapLun(lunPath: string, mapped: string): Promise<void> {
    await configfs.ensureDirectory(mapped);
    await configfs.link(lunPath, `${mapped}/disk`);
  }

  async function makeTpg({ name, initiator, chap }: TargetSpec): Promise<void> {
    const { target, tpg, acl } = targetPaths(root, name);
    await configfs.ensureDirectory(target);
    await configfs.ensureDirectory(tpg);
    // First of all: it tells after a crash that this is ours.
    await configfs.write(`${tpg}/param/TargetAlias`, ourAlias);
    const attributes = {
      authentication: chap ? 1 : 0,
      generate_node_acls: 0,
      cache_dynamic_acls: 0,
      // Names of targets are not told to whoever may not log in.
      demo_mode_discovery: 0,
    };
    for (const [attribute, value] of Object.entries(attributes)) {
      await configfs.write(`${tpg}/attrib/${attribute}`, value);
    }
    // A PC may send small writes at once, without being asked for the data: one round trip less each.
    await configfs.write(`${tpg}/param/InitialR2T`, 'No');
    await configfs.ensureDirectory(acl(initiator));
    if (!chap) return;
    await configfs.write(`${acl(initiator)}/auth/userid`, chap.userName);
    await configfs.write(`${acl(initiator)}/auth/password`, chap.secret);
  }

  async function openPortals(tpg: string): Promise<void> {
    for (const { address, port } of portals) {
      await configfs.ensureDirectory(`${tpg}/np/${address}:${port}`).catch((error: unknown) => {
        if (!hasErrno(error, 'EADDRINUSE')) throw error;
        const context = { address, port, protocol: 'tcp' };
        throw new CafebootError('port_in_use', context, { cause: error });
      });
    }
  }

  return {
    /** From nothing. Whoever calls removes what a failure leaves. */
    async create(spec: TargetSpec): Promise<void> {
      const { tpg, lun, acl } = targetPaths(root, spec.name);
      await makeTpg(spec);
      for (const [number, disk] of spec.luns.entries()) await addLun(lun(number), disk);
      // Each one that is mapped makes a unit attention on those before it ("reported LUNs data has
      // changed"): the disk that firmware boots from comes last and has none.
      for (const number of spec.luns.keys().toArray().reverse()) {
        await mapLun(lun(number), `${acl(spec.initiator)}/lun_${number}`);
      }
      await openPortals(tpg);
      await configfs.write(`${tpg}/enable`, 1);
    },

    /**
     * Nobody may log in any more, the sessions end, then everything goes, backstores of ours too.
     * Sessions must be gone first: kernels have hung over targets that were deleted under live ones.
     */
    async remove(name: string): Promise<void> {
      const { target, tpg, acl } = targetPaths(root, name);
      if (await configfs.exists(tpg)) {
        await configfs.write(`${tpg}/enable`, 0).catch(() => {});
        await waitForSessionsToEnd(tpg, name);
        for (const initiator of await configfs.directories(`${tpg}/acls`)) {
          await removeAcl(acl(initiator));
        }
        for (const lun of await configfs.directories(`${tpg}/lun`)) {
          await removeLun(`${tpg}/lun/${lun}`);
        }
        for (const portal of await configfs.directories(`${tpg}/np`)) {
          await configfs.removeDirectory(`${tpg}/np/${portal}`);
        }
        await configfs.removeDirectory(tpg);
      }
      await configfs.removeDirectory(target);
    },
  };

  async function removeLun(path: string): Promise<void> {
    const backstore = await findLinked(path);
    for (const link of await configfs.links(path)) await configfs.removeLink(`${path}/${link}`);
    await configfs.removeDirectory(path);
    if (backstore) await backstores.remove(backstore);
  }
}

async function removeAcl(path: string): Promise<void> {
  const luns = (await configfs.directories(path)).filter((name) => name.startsWith('lun_'));
  for (const lun of luns) {
    for (const link of await configfs.links(`${path}/${lun}`)) {
      await configfs.removeLink(`${path}/${lun}/${link}`);
    }
    await configfs.removeDirectory(`${path}/${lun}`);
  }
  await configfs.removeDirectory(path);
}

async function waitForSessionsToEnd(tpg: string, name: string): Promise<void> {
  const deadline = Date.now() + drainTimeoutMs;
  for (;;) {
    const acls = await configfs.directories(`${tpg}/acls`);
    const infos = await Promise.all(acls.map((acl) => configfs.find(`${tpg}/acls/${acl}/info`)));
    if (infos.every((info = 'No active') => info.startsWith('No active'))) return;
    if (Date.now() > deadline) {
      throw new CafebootError('target_unavailable', { detail: `${name}: session does not end` });
    }
    await sleep(drainPollMs);
  }
}
