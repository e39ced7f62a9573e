import { configfs } from './configfs.ts';
import type { Run } from './exec.ts';
import { startLio } from './lio.ts';
import { targetRoot } from './lio-names.ts';
import type { Session, TargetServer } from './targets.ts';
import { startTgt } from './tgt.ts';
import { createTgtAdmin } from './tgt-admin.ts';
import { tgtSocket } from './tgt-daemon.ts';

export interface LeftTargetsOptions {
  /** Of the server that made them. */
  runDir: string;
  run: Run;
  /** See `LioOptions`. */
  onSaveFailed: (error: unknown) => void;
}

/** Targets of ours that outlive the server that made them: the kernel's, and those of a tgtd after a crash. */
export interface LeftTargets {
  sessions(): Promise<Session[]>;
  /**
   * Takes them away, also out of what `targetcli` brings back at the machine's start, and returns their
   * names; somebody else's stay. PCs that are logged in lose their disks.
   */
  remove(): Promise<string[]>;
}

/** Nothing is loaded or started where there is nothing. */
export function createLeftTargets(options: LeftTargetsOptions): LeftTargets {
  const { runDir, run, onSaveFailed } = options;

  async function withLio<Result>(work: (lio: TargetServer) => Promise<Result[]>) {
    if (!(await configfs.exists(`${targetRoot}/iscsi`))) return [];
    const lio = await startLio({ portals: [], run, onSaveFailed });
    return work(lio).finally(lio.close);
  }

  return {
    sessions: () => withLio((lio) => lio.sessions()),

    async remove() {
      const ofKernel = await withLio(async (lio) => {
        const names = await lio.list();
        for (const name of names) await lio.remove(name);
        await lio.sweep?.();
        return names;
      });
      const daemon = createTgtAdmin(run, tgtSocket(runDir));
      if (!(await daemon.answers().catch(() => false))) return ofKernel;
      const tgt = await startTgt({ runDir, portals: [], run });
      const ofDaemon = await tgt.list();
      await tgt.close();
      return [...ofKernel, ...ofDaemon];
    },
  };
}
