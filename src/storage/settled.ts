/** What is saved costs seconds with hundreds of PCs, so it is once a morning's rush of changes is over. */
const settleMs = 10_000;
/** Where changes never settle: longer than a hall takes that is switched on at once. */
const longestMs = 300_000;

export type Settled = ReturnType<typeof createSettled>;

/** Runs `save` once changes have settled, or go on for long, one at a time; `onFailed` is told where it fails. */
export function createSettled(save: () => Promise<unknown>, onFailed: (error: unknown) => void) {
  let settled: NodeJS.Timeout | undefined;
  /** Runs from the first change that is not saved. */
  let longest: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();

  function saveNow(): void {
    clearTimeout(settled);
    clearTimeout(longest);
    longest = undefined;
    saving = saving.then(save).then(() => {}, onFailed);
  }

  return {
    changed(): void {
      clearTimeout(settled);
      settled = setTimeout(saveNow, settleMs);
      longest ??= setTimeout(saveNow, longestMs);
    },
    /** Saves what is not saved yet. */
    async close(): Promise<void> {
      if (longest) saveNow();
      await saving;
    },
  };
}
