import type { Pc } from '../../scripts/lab/pc.ts';

/** A PC writes on, a file each time, until it is told to stop; a write that fails ends it. */
export function keepWriting(pc: Pc) {
  let count = 0;
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      count += 1;
      await pc.console.write(`/root/file-${count}`, `text ${count}`);
    }
  })();
  // Until `stop` asks, nobody listens for its failure.
  ended.catch(() => undefined);
  return {
    count: () => count,
    async stop(): Promise<number> {
      stopped = true;
      await ended;
      return count;
    },
  };
}
