import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CafebootError, hasCode } from '../errors.ts';
import type { Run } from './exec.ts';
import type { EnsureOutcome, Session, TargetServer, TargetSpec } from './targets.ts';
import {
  accountsAdopted,
  accountsOf,
  createAccount,
  deleteAccounts,
  deleteStrayAccounts,
} from './tgt-accounts.ts';
import { createTgtAdmin, type TgtAdmin } from './tgt-admin.ts';
import { ensureTgtDaemon, type Portal, stopTgtDaemon, tgtSocket } from './tgt-daemon.ts';
import type { TgtTarget } from './tgt-output.ts';

export interface TgtOptions {
  /** Holds tgtd's control socket; a path of at most about 90 characters. */
  runDir: string;
  /** Where PCs log in: `0.0.0.0` or the served interfaces' addresses. */
  portals: Portal[];
  run: Run;
}

/** What we know of a target without asking tgtd: nobody else changes it. */
type Known = Omit<TgtTarget, 'sessions'>;

/** tgtd refuses to delete a target while commands of a dropped session are in flight. */
const drainTimeoutMs = 5_000;

/**
 * Exports volumes through Debian's userspace `tgtd`, run as a child. Its access rule is ours: a target
 * with an initiator name bound to it refuses all others, and one with none refuses everybody.
 */
export async function startTgt(options: TgtOptions): Promise<TargetServer> {
  await mkdir(options.runDir, { recursive: true, mode: 0o700 });
  const socket = tgtSocket(options.runDir);
  const admin = createTgtAdmin(options.run, socket);
  const daemon = await ensureTgtDaemon(admin, socket, options.portals);
  const known = new Map<string, Known>(
    (await adopted(admin)).map((target) => [target.name, target]),
  );

  async function remove(name: string): Promise<void> {
    const target = known.get(name);
    if (!target) return;
    await removeTarget(admin, target);
    await deleteAccounts(admin, target.accounts);
    known.delete(name);
  }

  async function create(spec: TargetSpec): Promise<void> {
    const tid = freeTid(known);
    // Known from the first moment on: the tid is taken, and a failure half-way can be undone. It equals
    // no spec until it is complete.
    known.set(spec.name, { tid, ...wanted(spec), devicePaths: [], initiators: [] });
    await admin.newTarget(tid, spec.name);
    for (const [index, { devicePath, serial }] of spec.luns.entries()) {
      // LUN 0 is tgtd's controller.
      await admin.newLun(tid, index + 1, devicePath);
      await admin.describeLun(tid, index + 1, serial);
    }
    if (spec.chap) await createAccount(admin, tid, spec.chap);
    await admin.bind(tid, spec.initiator);
    known.set(spec.name, { tid, ...wanted(spec) });
  }

  return {
    kind: 'tgt',
    firstLun: 1,

    async ensure(spec): Promise<EnsureOutcome> {
      const present = known.get(spec.name);
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

    async compare(spec) {
      const present = known.get(spec.name);
      if (!present) return 'missing';
      return isSame(present, spec) ? 'same' : 'different';
    },

    remove,
    list: async () => [...known.keys()].sort(),
    sessions: () => listSessions(admin),
    // tgtd tells nobody whom it refused.
    refusals: async () => [],

    async close() {
      // A daemon that died meanwhile has nothing left to remove.
      for (const name of [...known.keys()]) await remove(name).catch(() => {});
      await stopTgtDaemon(admin, daemon);
    },
  };
}

/** What a daemon that outlived a crash of ours has; one that we started has nothing yet. */
async function adopted(admin: TgtAdmin): Promise<TgtTarget[]> {
  const targets = await admin.targets();
  const all = await admin.accounts();
  await deleteStrayAccounts(admin, all, targets);
  return targets.map((target) => ({ ...target, accounts: accountsAdopted(target, all) }));
}

/**
 * tgtd ends idle sessions itself. Where commands are in flight it refuses: then nobody may log in any
 * more, the sessions go, and the target as soon as it has drained.
 */
async function removeTarget(admin: TgtAdmin, target: Known): Promise<void> {
  const deadline = Date.now() + drainTimeoutMs;
  for (;;) {
    try {
      await admin.deleteTarget(target.tid);
      return;
    } catch (error) {
      const isDraining =
        hasCode(error, 'command_failed') && String(error.context.stderr).includes('still active');
      if (!isDraining || Date.now() > deadline) throw error;
    }
    for (const initiator of target.initiators) {
      // Done already in the round before.
      await admin.unbind(target.tid, initiator).catch(() => {});
    }
    await disconnectAll(admin, target.tid);
    await sleep(50);
  }
}

async function disconnectAll(admin: TgtAdmin, tid: number): Promise<void> {
  const target = (await admin.targets()).find((each) => each.tid === tid);
  for (const { sid } of target?.sessions ?? []) {
    // Gone by itself meanwhile is as good; our initiators open one connection, number 0.
    await admin.disconnect(tid, sid, 0).catch(() => {});
  }
}

/** Two commands, however many targets there are: it is asked twice a second while PCs boot. */
async function listSessions(admin: TgtAdmin): Promise<Session[]> {
  const targets = (await admin.targets()).filter(({ sessions }) => sessions.length > 0);
  if (targets.length === 0) return [];
  const totals = await admin.statistics();
  return targets.flatMap(({ name: target, sessions }) =>
    sessions.map(({ sid, initiator, address }) => {
      const bytes = totals.get(sid) ?? { readBytes: 0, writtenBytes: 0 };
      return { id: String(sid), target, initiator, address, ...bytes };
    }),
  );
}

function wanted(spec: TargetSpec): Omit<Known, 'tid'> {
  return {
    name: spec.name,
    devicePaths: spec.luns.map((lun) => lun.devicePath),
    initiators: [spec.initiator],
    accounts: spec.chap ? accountsOf(spec.chap) : [],
  };
}

function isSame(present: Known, spec: TargetSpec): boolean {
  const target = wanted(spec);
  return (['devicePaths', 'initiators', 'accounts'] as const).every(
    (list) => target[list].join('\n') === present[list].join('\n'),
  );
}

function freeTid(known: Map<string, Known>): number {
  const used = new Set([...known.values()].map((target) => target.tid));
  let tid = 1;
  while (used.has(tid)) tid++;
  return tid;
}

/** tgtadm says only "invalid request" where a backing store cannot be opened. */
function creationError(error: unknown, spec: TargetSpec): unknown {
  if (!hasCode(error, 'command_failed')) return error;
  const missing = spec.luns.find(({ devicePath }) =>
    String(error.context.command).endsWith(`--backing-store ${devicePath}`),
  );
  return missing
    ? new CafebootError('not_found', { volume: missing.devicePath }, { cause: error })
    : new CafebootError('target_unavailable', { detail: spec.name }, { cause: error });
}
