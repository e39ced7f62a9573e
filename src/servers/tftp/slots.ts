import type { TftpLimits } from './limits.ts';
import type { RunningTransfer } from './transfer.ts';

/** A transfer's place, from its request on; `transfer` is there once its socket is open. */
export interface Slot {
  readonly client: { readonly address: string; readonly port: number };
  /** The request's bytes, as text that can be compared. */
  readonly request: string;
  transfer?: RunningTransfer;
  /** Set when a newer request took the place before the transfer was open. */
  superseded: boolean;
}

/** The places taken; a client is its address and UDP port. */
export interface Slots {
  readonly all: ReadonlySet<Slot>;
  find(client: Slot['client']): Slot | undefined;
  countOf(address: string): number;
  take(client: Slot['client'], request: string): Slot;
  release(slot: Slot): void;
}

export function createSlots(): Slots {
  const all = new Set<Slot>();
  const byClient = new Map<string, Slot>();
  const counts = new Map<string, number>();
  const keyOf = ({ address, port }: Slot['client']) => `${address}:${port}`;
  const count = (address: string, change: number) => {
    const next = (counts.get(address) ?? 0) + change;
    if (next > 0) counts.set(address, next);
    else counts.delete(address);
  };

  return {
    all,
    find: (client) => byClient.get(keyOf(client)),
    countOf: (address) => counts.get(address) ?? 0,
    take(client, request) {
      const slot: Slot = { client, request, superseded: false };
      all.add(slot);
      byClient.set(keyOf(client), slot);
      count(client.address, 1);
      return slot;
    },
    release(slot) {
      if (!all.delete(slot)) return;
      if (byClient.get(keyOf(slot.client)) === slot) byClient.delete(keyOf(slot.client));
      count(slot.client.address, -1);
    },
  };
}

/**
 * Whether a request from a client that already has a slot is only a repetition. The same request is
 * one while the transfer is starting (the client sends it again until our first packet arrives) or in
 * full run (the network duplicated it). After a silence the client has started anew: many ROMs use the
 * same port at each boot. Another request is always a new one: EDK2 asks twice, for tsize and for real.
 */
export function isRepetition(
  slot: Slot,
  request: string,
  nowMs: number,
  { restartAfterMs }: Pick<TftpLimits, 'restartAfterMs'>,
): boolean {
  if (slot.request !== request) return false;
  if (!slot.transfer?.established()) return true;
  return nowMs - slot.transfer.lastProgressMs() < restartAfterMs;
}

/**
 * The oldest transfer of which the client has acknowledged nothing, where it has had the time to: the
 * request was forged, or the client is gone. Without this, a handful of forged requests would keep a
 * PC from booting until they time out.
 */
export function findUnanswered(
  slots: readonly Slot[],
  nowMs: number,
  { restartAfterMs }: Pick<TftpLimits, 'restartAfterMs'>,
): Slot | undefined {
  // Slots are kept in the order in which they were taken.
  return slots.find(
    ({ transfer }) =>
      transfer && !transfer.established() && nowMs - transfer.lastProgressMs() >= restartAfterMs,
  );
}
