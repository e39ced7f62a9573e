/**
 * Facts that take a while to read, as the pool's size does where LVM tells it: what changes at once must
 * not wait for them.
 */
export interface SlowFacts<Facts> {
  /** Not older than `freshForMs`. */
  fresh(): Promise<Facts>;
  /** The latest there are, at once; older ones are read anew meanwhile, and followers are told. */
  latest(): Promise<Facts>;
  /** Calls `changed` when others were read; returns the way to stop. */
  follow(changed: () => void): () => void;
}

export interface SlowFactsDeps<Facts> {
  read: () => Promise<Facts>;
  freshForMs: number;
  now: () => number;
  onError: (error: unknown) => void;
}

export function createSlowFacts<Facts>(deps: SlowFactsDeps<Facts>): SlowFacts<Facts> {
  const { read, freshForMs, now, onError } = deps;
  const followers = new Set<() => void>();
  let latest: { at: number; facts: Facts } | undefined;
  let reading: Promise<Facts> | undefined;

  async function readNow(): Promise<Facts> {
    const at = now();
    try {
      const facts = await read();
      latest = { at, facts };
      return facts;
    } finally {
      reading = undefined;
    }
  }

  const isFresh = () => latest !== undefined && now() - latest.at < freshForMs;
  /** One at a time, however many ask. */
  const readOnce = () => (reading ??= readNow());

  return {
    fresh: async () => (latest && isFresh() ? latest.facts : readOnce()),
    async latest() {
      if (!latest) return readOnce();
      if (!isFresh() && !reading) {
        void readOnce().then(() => {
          for (const changed of followers) changed();
        }, onError);
      }
      return latest.facts;
    },
    follow(changed) {
      followers.add(changed);
      return () => void followers.delete(changed);
    },
  };
}
