import { configfs } from './configfs.ts';
import { targetPaths } from './lio-names.ts';
import type { Refusals, Session } from './targets.ts';

const mebibyte = 1024 ** 2;

/** The session that an ACL's `info` tells of; none where it says that there is no active one. */
export function parseSessionInfo(info: string): { id: string; address: string } | undefined {
  if (!info.includes('TARG_SESS_STATE_LOGGED_IN')) return undefined;
  const [, id = ''] = /LIO Session ID: (\d+)/.exec(info) ?? [];
  const [, address = ''] = /Address (\S+) TCP/.exec(info) ?? [];
  return { id, address };
}

/** Sessions of one target: each ACL has at most one. */
export async function readSessions(root: string, target: string): Promise<Session[]> {
  const { tpg, acl } = targetPaths(root, target);
  const sessions: Session[] = [];
  for (const initiator of await configfs.directories(`${tpg}/acls`)) {
    const found = parseSessionInfo((await configfs.find(`${acl(initiator)}/info`)) ?? '');
    if (!found) continue;
    sessions.push({ target, initiator, ...found, ...(await readBytes(acl(initiator))) });
  }
  return sessions;
}

async function readBytes(acl: string): Promise<{ readBytes: number; writtenBytes: number }> {
  const bytes = { readBytes: 0, writtenBytes: 0 };
  for (const lun of await configfs.directories(acl)) {
    if (!lun.startsWith('lun_')) continue;
    const statistics = `${acl}/${lun}/statistics/scsi_auth_intr`;
    const read = async (name: string) =>
      Number((await configfs.find(`${statistics}/${name}`)) ?? 0) * mebibyte;
    bytes.readBytes += await read('read_mbytes');
    bytes.writtenBytes += await read('write_mbytes');
  }
  return bytes;
}

/** What the kernel counted of failed logins to one target; undefined where it let everybody in. */
export async function findRefusals(root: string, target: string): Promise<Refusals | undefined> {
  const { target: path, loginStatistics } = targetPaths(root, target);
  const count = async (name: string) =>
    Number((await configfs.find(`${loginStatistics}/${name}`)) ?? 0);
  const wrongInitiator = await count('authorize_fails');
  const wrongSecret = await count('authenticate_fails');
  if (wrongInitiator + wrongSecret === 0) return undefined;
  const last = `${path}/fabric_statistics/iscsi_tgt_attr`;
  return {
    target,
    wrongInitiator,
    wrongSecret,
    unknownTarget: 0,
    lastInitiator: (await configfs.find(`${last}/fail_intr_name`)) ?? '',
    lastAddress: (await configfs.find(`${last}/fail_intr_addr`)) ?? '',
  };
}
