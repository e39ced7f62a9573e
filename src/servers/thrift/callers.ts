import { toAddressList } from '../../service/address-list.ts';

export interface CallersDeps {
  /** Addresses, or networks such as 10.0.0.0/24. */
  listed: () => readonly string[];
  /** Told once a while of each address, however often it calls. */
  onRefused: (address: string) => void;
  now: () => number;
}

const tellEveryMs = 60_000;
/** Addresses that are remembered; more of them at once are a flood, of which these tell enough. */
const rememberedLimit = 64;

/** Who may call, by address. The list may change at any time. */
export function createCallers({ listed, onRefused, now }: CallersDeps) {
  let known: readonly string[] = [];
  let list = toAddressList([]);
  const toldAt = new Map<string, number>();

  return {
    isAllowed(address: string): boolean {
      const entries = listed();
      if (entries !== known) {
        list = toAddressList(entries);
        known = entries;
      }
      return list.check(address);
    },
    refused(address: string): void {
      for (const [each, at] of toldAt) if (now() - at >= tellEveryMs) toldAt.delete(each);
      if (toldAt.has(address) || toldAt.size >= rememberedLimit) return;
      toldAt.set(address, now());
      onRefused(address);
    },
  };
}
