/** Named totals since start: one per ignored packet's reason and per answer's kind. */
export interface Counters {
  add(name: string, amount?: number): void;
  get(name: string): number;
  /** Sorted by name. */
  all(): Record<string, number>;
}

/** Names are ours and few (`dhcp.ignored.not-pxe`), never taken from the network: the map stays small. */
export function createCounters(): Counters {
  const totals = new Map<string, number>();
  return {
    add(name, amount = 1) {
      totals.set(name, (totals.get(name) ?? 0) + amount);
    },
    get: (name) => totals.get(name) ?? 0,
    all: () => Object.fromEntries([...totals].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
