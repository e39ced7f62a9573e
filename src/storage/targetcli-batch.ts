import { backstoreName, ourAlias } from './lio-names.ts';
import type { Lun, TargetSpec } from './targets.ts';
import type { Portal } from './tgt-daemon.ts';

/** What LIO has to be told of a disk beside its path. */
export interface BatchDisk extends Lun {
  /** A regular file, not a device. */
  isFile: boolean;
}

export interface BatchTarget extends TargetSpec {
  luns: BatchDisk[];
}

/** A target that targetcli makes listens here at first. */
const defaultPortal = { address: '0.0.0.0', port: 3260 };

/**
 * Commands for `targetcli` that make the same targets by hand, for an administrator who wants to see what
 * is there, or to have the disks where this program is not. Holds the CHAP secrets in plain text.
 */
export function targetcliBatch(
  targets: readonly BatchTarget[],
  portals: readonly Portal[],
): string {
  const lines = targets.flatMap((target) => [
    ...target.luns.flatMap(backstoreLines),
    ...targetLines(target, portals),
  ]);
  return `${lines.join('\n')}\n`;
}

function backstoreLines({ devicePath, serial, isFile }: BatchDisk): string[] {
  const name = backstoreName(devicePath);
  const path = backstorePath(devicePath, isFile);
  const create = isFile
    ? `/backstores/fileio create name=${name} file_or_dev=${devicePath} write_back=true wwn=${serial}`
    : `/backstores/block create name=${name} dev=${devicePath} wwn=${serial}`;
  // With an alias, Windows would find another model of disk at every boot.
  return [create, `${path} set attribute emulate_tpu=1 is_nonrot=1 emulate_model_alias=0`];
}

function targetLines(target: BatchTarget, portals: readonly Portal[]): string[] {
  const { name, initiator, luns, chap } = target;
  const tpg = `/iscsi/${name}/tpg1`;
  const authentication = chap ? 1 : 0;
  const isDefault = ({ address, port }: Portal) =>
    address === defaultPortal.address && port === defaultPortal.port;
  return [
    `/iscsi create ${name}`,
    `${tpg} set attribute authentication=${authentication} generate_node_acls=0 cache_dynamic_acls=0 demo_mode_discovery=0`,
    `${tpg} set parameter TargetAlias=${ourAlias} InitialR2T=No`,
    ...luns.map(
      ({ devicePath, isFile }, number) =>
        `${tpg}/luns create ${backstorePath(devicePath, isFile)} lun=${number} add_mapped_luns=false`,
    ),
    `${tpg}/acls create ${initiator} add_mapped_luns=true`,
    ...(chap
      ? [`${tpg}/acls/${initiator} set auth userid=${chap.userName} password=${chap.secret}`]
      : []),
    ...(portals.some(isDefault) ? [] : [`${tpg}/portals delete 0.0.0.0 3260`]),
    ...portals
      .filter((portal) => !isDefault(portal))
      .map(({ address, port }) => `${tpg}/portals create ${address} ${port}`),
    `${tpg} enable`,
  ];
}

const backstorePath = (devicePath: string, isFile: boolean) =>
  `/backstores/${isFile ? 'fileio' : 'block'}/${backstoreName(devicePath)}`;
