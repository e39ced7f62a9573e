/** What is saved costs seconds with hundreds of PCs, so it is once a morning's rush of changes is over. */
const settleMs = 10_000;

export type Settled = ReturnType<typeof createSettled>;

/** Runs `save` once changes have settled, one at a time; `onFailed` is told where it fails. */
export function createSettled(save: () => Promise<unknown>, onFailed: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();

  function saveNow(): void {
    clearTimeout(timer);
    timer = undefined;
    saving = saving.then(save).then(() => {}, onFailed);
  }

  return {
    changed(): void {
      clearTimeout(timer);
      timer = setTimeout(saveNow, settleMs);
    },
    /** Saves what is not saved yet. */
    async close(): Promise<void> {
      if (timer) saveNow();
      await saving;
    },
  };
}
