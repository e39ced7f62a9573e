import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CafebootError, hasCode } from '../errors.ts';
import { type Daemon, spawnDaemon } from './exec.ts';
import type { TgtAdmin } from './tgt-admin.ts';

/** Where PCs log in. */
export interface Portal {
  address: string;
  port: number;
}

/** tgtd's control socket. */
export const tgtSocket = (runDir: string): string => join(runDir, 'tgtd');

const startTimeoutMs = 10_000;
const stopTimeoutMs = 3_000;

/**
 * Starts tgtd on these portals, unless one that outlived a crash of ours still answers on the control
 * socket: that one is adopted, and moved to these portals. PCs kept their disks meanwhile, and keep them.
 * Throws `command_missing`, `target_unavailable`, or `port_in_use`: tgtd itself says nothing of a
 * portal that it could not bind and opens the default one instead.
 */
export async function ensureTgtDaemon(admin: TgtAdmin, socket: string, portals: Portal[]) {
  const isAdopted = await admin.answers();
  if (isAdopted) await movePortals(admin, portals);
  const daemon = isAdopted ? undefined : await start(admin, socket, portals);
  const present = await admin.portals();
  const missing = portals.find(({ address, port }) => !present.includes(`${address}:${port}`));
  if (missing) {
    await stopTgtDaemon(admin, daemon);
    throw new CafebootError('port_in_use', { ...missing, protocol: 'tcp' });
  }
  return daemon;
}

/** The old ones go first: they may have the same port. One that cannot be opened is missing afterwards. */
async function movePortals(admin: TgtAdmin, portals: Portal[]): Promise<void> {
  const wanted = portals.map(({ address, port }) => `${address}:${port}`);
  const present = await admin.portals();
  for (const portal of present.filter((each) => !wanted.includes(each))) {
    await admin.deletePortal(portal);
  }
  for (const portal of wanted.filter((each) => !present.includes(each))) {
    await admin.newPortal(portal).catch((error: unknown) => {
      if (!hasCode(error, 'command_failed')) throw error;
    });
  }
}

async function start(admin: TgtAdmin, socket: string, portals: Portal[]): Promise<Daemon> {
  const list = portals.map(({ address, port }) => `portal=${address}:${port}`).join(',');
  const daemon = spawnDaemon('tgtd', ['-f', '--iscsi', list], { TGT_IPC_SOCKET: socket });
  let ended: string | undefined;
  void daemon.ended.then((stderr) => {
    ended = stderr;
  });
  const deadline = Date.now() + startTimeoutMs;
  while (ended === undefined && Date.now() < deadline) {
    if (await admin.answers()) return daemon;
    await sleep(50);
  }
  daemon.kill('SIGKILL');
  throw new CafebootError('target_unavailable', { detail: ended ?? 'no answer from tgtd' });
}

/** An adopted daemon is not our child: it can only be asked to end. */
export async function stopTgtDaemon(admin: TgtAdmin, daemon: Daemon | undefined): Promise<void> {
  await admin.stop().catch(() => {});
  if (!daemon) return;
  const late = new AbortController();
  void sleep(stopTimeoutMs, undefined, { signal: late.signal }).then(
    () => daemon.kill('SIGKILL'),
    () => {},
  );
  await daemon.ended;
  late.abort();
}
