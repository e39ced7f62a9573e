import { realpath } from 'node:fs/promises';
import { configfs } from './configfs.ts';
import type { Backstore, Backstores } from './lio-backstores.ts';
import { ourAlias, targetPaths } from './lio-names.ts';
import type { ChapLogin, TargetSpec } from './targets.ts';

/** A target as the kernel has it now. */
export interface LioTarget {
  name: string;
  isOurs: boolean;
  isEnabled: boolean;
  /** In LUN order. */
  backstores: Backstore[];
  acls: { initiator: string; lunCount: number; chap?: ChapLogin }[];
  authentication: boolean;
  /** `address:port` */
  portals: string[];
}

/**
 * Reads one target. Ours has our alias, or is what a crash of ours leaves before that: an empty, disabled
 * one with a name of our scheme, `...:sn.<entry>`, that is of no use to anybody.
 */
export async function readTarget(root: string, name: string, backstores: Backstores) {
  const { tpg, acl } = targetPaths(root, name);
  const [alias, enable, authentication, luns, initiators, portals] = await Promise.all([
    configfs.find(`${tpg}/param/TargetAlias`),
    configfs.find(`${tpg}/enable`),
    configfs.find(`${tpg}/attrib/authentication`),
    configfs.directories(`${tpg}/lun`),
    configfs.directories(`${tpg}/acls`),
    configfs.directories(`${tpg}/np`),
  ]);
  const target: LioTarget = {
    name,
    isEnabled: enable === '1',
    backstores: [],
    acls: [],
    authentication: authentication === '1',
    portals: portals.sort(),
    isOurs: false,
  };
  luns.sort((a, b) => lunNumber(a) - lunNumber(b));
  for (const lun of luns) {
    const path = await findLinked(`${tpg}/lun/${lun}`);
    if (path) target.backstores.push(await backstores.read(path));
  }
  for (const initiator of initiators) {
    target.acls.push({ initiator, ...(await readAcl(acl(initiator))) });
  }
  const isHusk =
    luns.length === 0 && initiators.length === 0 && enable !== '1' && /:(sn|capture)\./.test(name);
  target.isOurs = alias === ourAlias || isHusk;
  return target;
}

async function readAcl(path: string): Promise<{ lunCount: number; chap?: ChapLogin }> {
  const [userName = '', secret = '', directories] = await Promise.all([
    configfs.find(`${path}/auth/userid`),
    configfs.find(`${path}/auth/password`),
    configfs.directories(path),
  ]);
  const lunCount = directories.filter((name) => name.startsWith('lun_')).length;
  // The kernel's word for a name that was set and taken away again.
  const hasChap = userName !== '' && userName !== 'NULL';
  return { lunCount, ...(hasChap && { chap: { userName, secret } }) };
}

/** What the LUN refers to; the link's own name is whoever made it's choice. */
export async function findLinked(lunPath: string): Promise<string | undefined> {
  const [link] = await configfs.links(lunPath);
  return link === undefined ? undefined : realpath(`${lunPath}/${link}`).catch(() => undefined);
}

const lunNumber = (directory: string) => Number(directory.slice('lun_'.length));

/** Whether the kernel has the target exactly so; what an administrator changed by hand counts. */
export function isAsWanted(target: LioTarget, spec: TargetSpec, portals: readonly string[]) {
  const [acl, ...others] = target.acls;
  return (
    target.isEnabled &&
    acl?.initiator === spec.initiator &&
    others.length === 0 &&
    acl.lunCount === spec.luns.length &&
    target.authentication === (spec.chap !== undefined) &&
    acl.chap?.userName === spec.chap?.userName &&
    acl.chap?.secret === spec.chap?.secret &&
    [...portals].sort().join() === target.portals.join() &&
    target.backstores.length === spec.luns.length &&
    spec.luns.every(({ devicePath, serial }, index) => {
      const present = target.backstores[index];
      return present?.devicePath === devicePath && present.serial === serial;
    })
  );
}
