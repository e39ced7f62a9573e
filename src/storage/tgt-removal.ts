import { setTimeout as sleep } from 'node:timers/promises';
import { type TgtAdmin, tgtSaid } from './tgt-admin.ts';
import type { TgtTarget } from './tgt-output.ts';

/** tgtd refuses to delete a target while commands of a dropped session are in flight. */
const drainTimeoutMs = 5_000;

/**
 * One that is gone already is as good. tgtd ends idle sessions itself. Where commands are in flight it
 * refuses: then nobody may log in any more, the sessions go, and the target as soon as it has drained.
 */
export async function removeTarget(
  admin: TgtAdmin,
  { tid, initiators }: Pick<TgtTarget, 'tid' | 'initiators'>,
): Promise<void> {
  const deadline = Date.now() + drainTimeoutMs;
  for (;;) {
    try {
      await admin.deleteTarget(tid);
      return;
    } catch (error) {
      if (tgtSaid(error, "can't find the target")) return;
      if (!tgtSaid(error, 'still active') || Date.now() > deadline) throw error;
    }
    for (const initiator of initiators) {
      // Done already in the round before.
      await admin.unbind(tid, initiator).catch(() => {});
    }
    await disconnectAll(admin, tid);
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
