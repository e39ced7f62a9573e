/** The PC that was given a target's drafts last. */
export interface DraftHolder {
  mac: string;
  address: string;
  since: number;
}

/** From its boot script on, a PC may be without a session this long: iPXE logs out before its OS logs in. */
const handoverMs = 120_000;

/** Remembers, by target, which PC was just given drafts and may not have logged in yet. */
export function createDraftHolders(now: () => number) {
  const holders = new Map<string, DraftHolder>();
  return {
    hold(target: string, mac: string, address: string): void {
      holders.set(target, { mac, address, since: now() });
    },
    drop: (target: string) => void holders.delete(target),
    /** Its OS is up, so it has its session: once that ends, the PC is off. */
    arrived(mac: string): void {
      for (const [target, holder] of holders) if (holder.mac === mac) holders.delete(target);
    },
    /** A PC, other than this one, that is starting from drafts behind one of these targets. */
    findOther(names: readonly string[], mac?: string): DraftHolder | undefined {
      return names
        .map((name) => holders.get(name))
        .find((holder) => holder && holder.mac !== mac && now() - holder.since <= handoverMs);
    },
  };
}
