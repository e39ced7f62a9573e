import type { Session } from '../storage/targets.ts';
import type { Host } from './host-fields.ts';
import { macOfSession } from './session-meter.ts';

interface KnownPcs {
  findHost: (mac: string) => Pick<Host, 'name'> | undefined;
  findMacAt: (address: string) => string | undefined;
}

/** Who has a disk of ours now: PCs by name, sorted, those in no list by their address. */
export function runningPcs(sessions: readonly Session[], { findHost, findMacAt }: KnownPcs) {
  const names = sessions.map((session) => {
    const mac = macOfSession(session, findMacAt);
    return (mac === undefined ? undefined : findHost(mac)?.name) ?? session.address;
  });
  return [...new Set(names)].sort();
}
