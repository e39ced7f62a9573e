import { mkdir } from 'node:fs/promises';
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
import { type Portal, tgtSocket } from './tgt-daemon.ts';
import { keepTgtDaemon } from './tgt-keeper.ts';
import type { TgtTarget } from './tgt-output.ts';
import { removeTarget } from './tgt-removal.ts';

export interface TgtOptions {
  /** Holds tgtd's control socket; a path of at most about 90 characters. */
  runDir: string;
  /** Where PCs log in: `0.0.0.0` or the served interfaces' addresses. */
  portals: Portal[];
  run: Run;
  /** Told where tgtd ended by itself or could not be started again: until it runs, no PC has its disks. */
  onDown?: (error: unknown) => void;
}

/** What we know of a target without asking tgtd: nobody else changes it. */
type Known = Omit<TgtTarget, 'sessions'>;

/**
 * Exports volumes through Debian's userspace `tgtd`, run as a child. Its access rule is ours: a target
 * with an initiator name bound to it refuses all others, and one with none refuses everybody. A tgtd that
 * ends is started again, without targets: whoever wants one ensures it anew.
 */
export async function startTgt(options: TgtOptions): Promise<TargetServer> {
  await mkdir(options.runDir, { recursive: true, mode: 0o700 });
  const socket = tgtSocket(options.runDir);
  const admin = createTgtAdmin(options.run, socket);
  /** Of the daemon that runs. What is under way when it ends goes on with the map of its own daemon. */
  let known = new Map<string, Known>();
  /** Never given twice: what is under way when a daemon ends must not meet another target in the next one. */
  let lastTid = 0;
  let down: unknown;
  const daemon = await keepTgtDaemon({
    ...{ admin, socket, portals: options.portals },
    onDown(error) {
      known = new Map();
      down = error;
      options.onDown?.(error);
    },
    async onUp() {
      const targets = await adopted(admin);
      known = new Map(targets.map((target) => [target.name, target]));
      lastTid = Math.max(lastTid, ...targets.map(({ tid }) => tid));
      down = undefined;
    },
  });

  async function remove(name: string): Promise<void> {
    const present = known;
    const target = present.get(name);
    if (!target) return;
    await removeTarget(admin, target);
    await deleteAccounts(admin, target.accounts);
    present.delete(name);
  }

  async function create(spec: TargetSpec): Promise<void> {
    const present = known;
    const tid = ++lastTid;
    // Known from the first moment on: a failure half-way can be undone. It equals no spec until it is complete.
    present.set(spec.name, { tid, ...wanted(spec), devicePaths: [], initiators: [] });
    await admin.newTarget(tid, spec.name);
    for (const [index, { devicePath, serial }] of spec.luns.entries()) {
      // LUN 0 is tgtd's controller.
      await admin.newLun(tid, index + 1, devicePath);
      await admin.describeLun(tid, index + 1, serial);
    }
    if (spec.chap) await createAccount(admin, tid, spec.chap);
    await admin.bind(tid, spec.initiator);
    present.set(spec.name, { tid, ...wanted(spec) });
  }

  return {
    kind: 'tgt',
    firstLun: 1,

    async ensure(spec): Promise<EnsureOutcome> {
      if (down) throw down;
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
      await daemon.close();
    },
  };
}

/** What a daemon that outlived a crash of ours has; one that was started just now has nothing yet. */
async function adopted(admin: TgtAdmin): Promise<TgtTarget[]> {
  const targets = await admin.targets();
  const all = await admin.accounts();
  await deleteStrayAccounts(admin, all, targets);
  return targets.map((target) => ({ ...target, accounts: accountsAdopted(target, all) }));
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
