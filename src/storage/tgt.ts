import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CafebootError, hasCode } from '../errors.ts';
import { type Daemon, type Run, spawnDaemon } from './exec.ts';
import type { EnsureOutcome, Session, TargetServer, TargetSpec } from './targets.ts';
import { parseStatistics, parseTargets, type TgtTarget } from './tgt-output.ts';

export interface TgtOptions {
  /** Holds tgtd's control socket; a path of at most about 90 characters. */
  runDir: string;
  /** Where PCs log in: `0.0.0.0` or the served interfaces' addresses. */
  portals: { address: string; port: number }[];
  run: Run;
}

const startTimeoutMs = 10_000;

/**
 * Exports volumes through Debian's userspace `tgtd`, run as a child. A tgtd that outlived a crash of
 * ours still answers on the same control socket: it is adopted, and PCs keep their disks meanwhile.
 * tgtd's own access rule is ours: a target with an initiator name bound to it refuses all others.
 */
export async function startTgt(options: TgtOptions): Promise<TargetServer> {
  await mkdir(options.runDir, { recursive: true, mode: 0o700 });
  const socket = join(options.runDir, 'tgtd');
  const admin = createAdmin(options.run, socket);
  const daemon = (await admin.answers()) ? undefined : await startDaemon(options, socket, admin);
  const targets = new Map((await admin.show()).map((target) => [target.name, target]));

  async function remove(name: string): Promise<void> {
    const target = targets.get(name);
    if (!target) return;
    await admin.target('delete', target.tid, ['--force']);
    targets.delete(name);
  }

  async function create(spec: TargetSpec): Promise<void> {
    const tid = freeTid(targets);
    // Known before it is complete, so that a failure half-way can be undone.
    targets.set(spec.name, { tid, ...wanted(spec) });
    await admin.target('new', tid, ['--targetname', spec.name]);
    for (const [index, lun] of spec.luns.entries()) {
      const at = ['--lun', String(index + 1)];
      await admin.lun('new', tid, [...at, '--backing-store', lun.devicePath]);
      const params = `vendor_id=CAFEBOOT,product_id=disk,scsi_sn=${lun.serial},thin_provisioning=1`;
      await admin.lun('update', tid, [...at, '--params', params]);
    }
    await admin.target('bind', tid, ['--initiator-name', spec.initiator]);
  }

  return {
    kind: 'tgt',
    firstLun: 1,

    async ensure(spec): Promise<EnsureOutcome> {
      const present = targets.get(spec.name);
      if (present && isSame(present, spec)) return 'unchanged';
      await remove(spec.name);
      try {
        await create(spec);
      } catch (error) {
        await remove(spec.name).catch(() => {});
        throw creationError(error, spec);
      }
      return present ? 'replaced' : 'created';
    },

    remove,
    list: async () => [...targets.keys()].sort(),
    sessions: async () => listSessions(admin),

    async close() {
      for (const name of [...targets.keys()]) await remove(name);
      await stopDaemon(admin, daemon);
    },
  };
}

type Admin = ReturnType<typeof createAdmin>;

/** tgtadm, 2 ms a call; its control socket is chosen by an environment variable. */
function createAdmin(run: Run, socket: string) {
  const tgtadm = (args: string[]) =>
    run('tgtadm', ['--lld', 'iscsi', ...args], {
      env: { TGT_IPC_SOCKET: socket },
      timeoutMs: 10_000,
    });
  const modal = (mode: string) => (op: string, tid: number, args: string[]) =>
    tgtadm(['--mode', mode, '--op', op, '--tid', String(tid), ...args]);
  return {
    target: modal('target'),
    lun: modal('logicalunit'),
    show: async () => parseTargets((await tgtadm(['--mode', 'target', '--op', 'show'])).stdout),
    statistics: async (tid: number) =>
      parseStatistics(
        (await tgtadm(['--mode', 'target', '--op', 'stat', '--tid', `${tid}`])).stdout,
      ),
    stop: () => tgtadm(['--mode', 'system', '--op', 'delete']),
    async answers(): Promise<boolean> {
      try {
        await tgtadm(['--mode', 'system', '--op', 'show']);
        return true;
      } catch (error) {
        if (hasCode(error, 'command_missing')) throw error;
        return false;
      }
    },
  };
}

async function startDaemon(options: TgtOptions, socket: string, admin: Admin): Promise<Daemon> {
  const portals = options.portals.map(({ address, port }) => `portal=${address}:${port}`);
  const args = ['-f', ...(portals.length > 0 ? ['--iscsi', portals.join(',')] : [])];
  const daemon = spawnDaemon('tgtd', args, { TGT_IPC_SOCKET: socket });
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

/** tgtd ignores SIGTERM while it has targets; with none left it ends by itself when told to. */
async function stopDaemon(admin: Admin, daemon: Daemon | undefined): Promise<void> {
  await admin.stop().catch(() => {});
  if (!daemon) return;
  const deadline = new AbortController();
  const late = sleep(3_000, 'late', { signal: deadline.signal }).catch(() => 'ended');
  if ((await Promise.race([daemon.ended, late])) === 'late') daemon.kill('SIGKILL');
  deadline.abort();
  await daemon.ended;
}

async function listSessions(admin: Admin): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const target of await admin.show()) {
    if (target.sessions.length === 0) continue;
    const totals = await admin.statistics(target.tid);
    for (const { sid, initiator, address } of target.sessions) {
      const bytes = totals.get(sid) ?? { readBytes: 0, writtenBytes: 0 };
      sessions.push({ target: target.name, initiator, address, ...bytes });
    }
  }
  return sessions;
}

function wanted(spec: TargetSpec): Omit<TgtTarget, 'tid'> {
  return {
    name: spec.name,
    devicePaths: spec.luns.map((lun) => lun.devicePath),
    initiators: [spec.initiator],
    sessions: [],
  };
}

function isSame(present: TgtTarget, spec: TargetSpec): boolean {
  const { devicePaths, initiators } = wanted(spec);
  return (
    devicePaths.join('\n') === present.devicePaths.join('\n') &&
    initiators.join('\n') === present.initiators.join('\n')
  );
}

function freeTid(targets: Map<string, TgtTarget>): number {
  const used = new Set([...targets.values()].map((target) => target.tid));
  let tid = 1;
  while (used.has(tid)) tid++;
  return tid;
}

/** tgtadm says only "invalid request" where a backing store cannot be opened. */
function creationError(error: unknown, spec: TargetSpec): unknown {
  if (!hasCode(error, 'command_failed')) return error;
  const command = String(error.context.command);
  if (command.includes('--backing-store')) {
    const missing = spec.luns.find((lun) => command.endsWith(lun.devicePath));
    return new CafebootError('not_found', { volume: missing?.devicePath ?? '' }, { cause: error });
  }
  return new CafebootError('target_unavailable', { detail: spec.name }, { cause: error });
}
