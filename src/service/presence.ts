/** What is remembered of a PC between its packets; times in epoch milliseconds. */
interface Presence {
  address?: string;
  /** When it last fetched an iPXE binary. */
  binaryFetchedAt?: number;
  /** When its iPXE was last told to load a boot file, newest last. */
  rechainedAt: number[];
  /** When each kind of event was last recorded, so that retransmissions do not fill the timeline. */
  recordedAt: Map<string, number>;
}

/** A binary fetched this long ago is what runs now: even a slow PC starts it within a minute. */
const binaryFreshMs = 120_000;
const rechainWindowMs = 120_000;
const repeatMs = 1_000;
/** Forged MACs must not grow memory; the longest unseen is forgotten. */
const presenceLimit = 4_096;

export type Presences = ReturnType<typeof createPresences>;

/** The short memory that ties the stages of one boot together: DHCP by MAC, TFTP and HTTP by address. */
export function createPresences(now: () => number) {
  const byMac = new Map<string, Presence>();
  const macByAddress = new Map<string, string>();

  function touch(mac: string): Presence {
    const presence = byMac.get(mac) ?? { rechainedAt: [], recordedAt: new Map() };
    // Map keeps insertion order: taking it out and in again makes the first key the longest unseen.
    byMac.delete(mac);
    byMac.set(mac, presence);
    if (byMac.size > presenceLimit) forgetOldest();
    return presence;
  }

  /** Unless another PC has it by now. */
  function releaseAddress(mac: string): void {
    const address = byMac.get(mac)?.address;
    if (address !== undefined && macByAddress.get(address) === mac) macByAddress.delete(address);
  }

  function forgetOldest(): void {
    const [oldest] = byMac.keys();
    if (oldest === undefined) return;
    releaseAddress(oldest);
    byMac.delete(oldest);
  }

  const recent = (times: number[], withinMs: number) =>
    times.filter((time) => now() - time <= withinMs);

  return {
    /** Whoever had the address before has it no more. */
    sawAddress(mac: string, address: string): void {
      releaseAddress(mac);
      const former = byMac.get(macByAddress.get(address) ?? '');
      if (former) delete former.address;
      touch(mac).address = address;
      macByAddress.set(address, mac);
    },
    addressOf: (mac: string): string | undefined => byMac.get(mac)?.address,
    findMacAt: (address: string): string | undefined => macByAddress.get(address),

    fetchedBinary(mac: string): void {
      touch(mac).binaryFetchedAt = now();
    },
    hasFreshBinary(mac: string): boolean {
      const at = byMac.get(mac)?.binaryFetchedAt;
      return at !== undefined && now() - at <= binaryFreshMs;
    },

    toldToRechain(mac: string): void {
      const presence = touch(mac);
      presence.rechainedAt = [...recent(presence.rechainedAt, rechainWindowMs), now()].slice(-32);
    },
    rechainCount: (mac: string): number =>
      recent(byMac.get(mac)?.rechainedAt ?? [], rechainWindowMs).length,

    /** Whether the same thing was recorded of this PC a moment ago. Keys are ours and few. */
    isRepeat(mac: string, key: string): boolean {
      const { recordedAt } = touch(mac);
      const last = recordedAt.get(key);
      if (last !== undefined && now() - last < repeatMs) return true;
      recordedAt.set(key, now());
      return false;
    },
  };
}
