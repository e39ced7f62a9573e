/** A target as `tgtadm --op show --mode target` tells it. */
export interface TgtTarget {
  tid: number;
  name: string;
  /** In LUN order, the controller (LUN 0) left out. */
  devicePaths: string[];
  initiators: string[];
  /** Names of the CHAP accounts that may log in; any initiator needs one where there are any. */
  accounts: string[];
  sessions: { sid: number; initiator: string; address: string }[];
}

/**
 * Parses the indented listing of all targets. A device path equal to a listed one is what `ensure`
 * compares, so a file that was replaced under the same name still counts as the same disk.
 */
export function parseTargets(text: string): TgtTarget[] {
  const targets: TgtTarget[] = [];
  let names: string[] | undefined;
  for (const line of text.split('\n')) {
    const header = /^Target (\d+): (\S+)/.exec(line);
    if (header) {
      const [, tid = '', name = ''] = header;
      const lists = { devicePaths: [], initiators: [], accounts: [], sessions: [] };
      targets.push({ tid: Number(tid), name, ...lists });
      names = undefined;
      continue;
    }
    const target = targets.at(-1);
    if (!target || line === '') continue;
    if (/^ {4}\S/.test(line)) names = namesOf(line.trim(), target);
    else if (names) names.push(line.trim());
    else parseDetail(line.trim(), target);
  }
  return targets;
}

/** The list that a section of mere names fills. */
function namesOf(section: string, target: TgtTarget): string[] | undefined {
  if (section === 'ACL information:') return target.initiators;
  return section === 'Account information:' ? target.accounts : undefined;
}

function parseDetail(line: string, target: TgtTarget): void {
  const separator = line.indexOf(': ');
  if (separator < 0) return;
  const key = line.slice(0, separator);
  const value = line.slice(separator + 2);
  const session = target.sessions.at(-1);
  if (key === 'Backing store path' && value !== 'None') target.devicePaths.push(value);
  else if (key === 'I_T nexus') {
    target.sessions.push({ sid: Number(value), initiator: '', address: '' });
  } else if (key === 'Initiator' && session)
    session.initiator = value.split(' alias: ')[0] ?? value;
  else if (key === 'IP Address' && session) session.address = value;
}

/** What one session has read and written since its login. */
export interface SessionBytes {
  readBytes: number;
  writtenBytes: number;
}

/**
 * Bytes by session id, summed over LUNs, from `tgtadm --op stat --mode system`, which tells of all
 * targets at once: tgtd gives no id to two sessions, whatever their targets.
 */
export function parseStatistics(text: string): Map<number, SessionBytes> {
  const totals = new Map<number, SessionBytes>();
  for (const line of text.split('\n')) {
    // tgt lun sid rd_subm(bytes,cmds) rd_done(bytes,cmds) wr_subm(bytes,cmds) wr_done(bytes,cmds) errs
    const columns = line.trim().split(/\s+/).map(Number);
    const [, , sid, , , readBytes, , , , writtenBytes] = columns;
    if (sid === undefined || readBytes === undefined || writtenBytes === undefined) continue;
    if (columns.some(Number.isNaN)) continue;
    const total = totals.get(sid) ?? { readBytes: 0, writtenBytes: 0 };
    total.readBytes += readBytes;
    total.writtenBytes += writtenBytes;
    totals.set(sid, total);
  }
  return totals;
}

/** Names of all CHAP accounts, from `tgtadm --op show --mode account`. */
export function parseAccounts(text: string): string[] {
  return [...text.matchAll(/^ {4}(\S+)$/gm)].map(([, name = '']) => name);
}

/** `address:port` of every portal, from `tgtadm --op show --mode portal`. */
export function parsePortals(text: string): string[] {
  return [...text.matchAll(/^Portal: (.+),\d+$/gm)].map(([, portal = '']) => portal);
}
