import { createKernelLog } from './kernel-log.ts';
import type { Refusals } from './targets.ts';

/** Names that are counted one by one; somebody who tries more is counted under the last one. */
const nameLimit = 100;

/** The target that a login asked for in vain, in drivers/target/iscsi/iscsi_target_nego.c's words. */
export function findUnknownTarget(message: string): string | undefined {
  return /Unable to locate Target IQN: (\S{1,223}) in Storage Node/.exec(message)?.[1];
}

/** Counts logins to targets that are not there: LIO has no counter of them, but tells its log. */
export function createUnknownTargets(log = createKernelLog()) {
  const counts = new Map<string, number>();

  function count(target: string): void {
    const isFull = counts.size >= nameLimit && !counts.has(target);
    const name = isFull ? ([...counts.keys()].at(-1) ?? target) : target;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  return {
    async read(): Promise<Refusals[]> {
      for (const message of await log.read()) {
        const target = findUnknownTarget(message);
        if (target !== undefined) count(target);
      }
      return [...counts].map(([target, unknownTarget]) => ({
        target,
        wrongInitiator: 0,
        wrongSecret: 0,
        unknownTarget,
        lastInitiator: '',
        lastAddress: '',
      }));
    },
    close: log.close,
  };
}
