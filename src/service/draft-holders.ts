/** The PC that was given an entry's drafts last. */
export interface DraftHolder {
  mac: string;
  address: string;
  since: number;
}

/** From its boot script on, a PC may be without a session this long: iPXE logs out before its OS logs in. */
const handoverMs = 120_000;

/** Remembers, by entry, which PC was just given drafts and may not have logged in yet. */
export function createDraftHolders(now: () => number) {
  const holders = new Map<number, DraftHolder>();
  return {
    hold(entryId: number, mac: string, address: string): void {
      holders.set(entryId, { mac, address, since: now() });
    },
    drop: (entryId: number) => void holders.delete(entryId),
    /** A PC, other than this one, that is starting from one of these entries' drafts. */
    findOther(entryIds: number[], mac?: string): DraftHolder | undefined {
      return entryIds
        .map((id) => holders.get(id))
        .find((holder) => holder && holder.mac !== mac && now() - holder.since <= handoverMs);
    },
  };
}
