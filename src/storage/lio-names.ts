import { basename } from 'node:path';

/** Marks what is ours in LIO: the beginning of a backstore's name, and a target's alias. */
export const ourBackstorePrefix = 'cb-';
export const ourAlias = 'cafeboot';

/**
 * A backstore's name, as `targetcli ls` shows it: `cb-ov-12`, after the volume whose device or file this
 * is. One device has one backstore: a second one would be refused as busy.
 */
export function backstoreName(devicePath: string): string {
  const name = basename(devicePath).replace(/\.img$/, '');
  return name.startsWith(ourBackstorePrefix) ? name : ourBackstorePrefix + name;
}

/** Below the mounted configfs. */
export const targetRoot = '/sys/kernel/config/target';

/** Paths of one target's portal group; we make one per target, as targetcli does by default. */
export function targetPaths(root: string, name: string) {
  const target = `${root}/iscsi/${name}`;
  const tpg = `${target}/tpgt_1`;
  return {
    target,
    tpg,
    lun: (number: number) => `${tpg}/lun/lun_${number}`,
    acl: (initiator: string) => `${tpg}/acls/${initiator}`,
    loginStatistics: `${target}/fabric_statistics/iscsi_login_stats`,
  };
}
