import type { Run } from './exec.ts';

/** Hundreds of targets take targetcli a while, so it saves once a morning's rush of changes is over. */
const settleMs = 10_000;
const saveTimeoutMs = 300_000;

/**
 * Keeps `/etc/rtslib-fb-target/saveconfig.json` as the kernel has it, by `targetcli saveconfig` once
 * changes have settled: Debian's target.service then brings the disks back after a reboot even where this
 * program does not start.
 */
export function createSavedConfig(run: Run, onFailed: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();

  function save(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    saving = saving.then(() =>
      run('targetcli', ['saveconfig'], { timeoutMs: saveTimeoutMs }).then(() => {}, onFailed),
    );
    return saving;
  }

  return {
    changed(): void {
      clearTimeout(timer);
      timer = setTimeout(save, settleMs);
    },
    /** Saves what is not saved yet. */
    async close(): Promise<void> {
      if (timer) save();
      await saving;
    },
  };
}
