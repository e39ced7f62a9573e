import { tftpLimits } from '../../../src/servers/tftp/limits.ts';
import { decodePacket } from '../../../src/tftp/decode.ts';
import { encodePacket } from '../../../src/tftp/encode.ts';
import { negotiate } from '../../../src/tftp/options.ts';
import {
  type Send,
  startTransfer,
  stepTransfer,
  type Transfer,
  type TransferEvent,
} from '../../../src/tftp/transfer.ts';

/** What the simulated network does to each datagram, as probabilities. */
export interface Faults {
  loss: number;
  duplicate: number;
  /** A reordered datagram is up to 30 ms late, while its neighbours take 1 ms. */
  reorder: number;
}

/** How a receiver behaves where the RFCs leave it a choice. */
export interface Manners {
  /** How long it hears nothing before it repeats its last ACK. */
  timeoutMs: number;
  /**
   * What it does about a block it has already: repeat its ACK each time, or only once until the next
   * block comes, as atftp 0.8 does against the Sorcerer's Apprentice.
   */
  repeatsAck: 'always' | 'once';
}

const patient: Manners = { timeoutMs: 1_000, repeatsAck: 'always' };

export interface Outcome {
  transfer: Transfer;
  /** What the receiver put together; undefined if it did not get to the end. */
  received: Buffer | undefined;
  datagrams: number;
}

const limits = { maxBlksizeBytes: 65_464, maxWindowsize: 65_535, maxTimeoutSeconds: 10 };

/** Runs one transfer over a bad link in virtual time; the same seed gives the same run. */
export function transferOverLink(
  content: Buffer,
  options: Record<string, string>,
  faults: Faults,
  seed: number,
  manners = patient,
): Outcome {
  const random = createRandom(seed);
  const agenda = createAgenda();
  const agreement = negotiate(new Map(Object.entries(options)), content.length, limits);
  let datagrams = 0;

  const carry = (bytes: Buffer, arrive: (bytes: Buffer) => void) => {
    datagrams += 1;
    const copies = random() < faults.loss ? 0 : random() < faults.duplicate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delayMs = random() < faults.reorder ? 1 + random() * 30 : 1;
      agenda.add(delayMs, () => arrive(bytes));
    }
  };

  const receiver = createReceiver((bytes) => carry(bytes, takeAck), agenda, manners);
  const sendAll = (send: Send) => {
    if (send.kind === 'oack') {
      carry(encodePacket({ kind: 'OACK', options: agreement.oack }), receiver.take);
    }
    if (send.kind !== 'blocks') return;
    for (let block = send.first; block <= send.last; block += 1) {
      const at = (block - 1) * agreement.blksizeBytes;
      const payload = content.subarray(at, at + agreement.blksizeBytes);
      carry(encodePacket({ kind: 'DATA', block: block & 0xffff, payload }), receiver.take);
    }
  };
  const apply = (event: TransferEvent) => {
    const step = stepTransfer(transfer, event, tftpLimits);
    transfer = step.transfer;
    sendAll(step.send);
  };
  const takeAck = (bytes: Buffer) => {
    const packet = decodePacket(bytes);
    if (packet.kind === 'ACK') apply({ kind: 'ack', block: packet.block, nowMs: agenda.nowMs() });
  };
  const tick = () => {
    if (transfer.end) return;
    apply({ kind: 'tick', nowMs: agenda.nowMs() });
    agenda.add(25, tick);
  };

  const start = startTransfer(agreement, content.length, tftpLimits, 0);
  let { transfer } = start;
  sendAll(start.send);
  agenda.add(25, tick);
  while (!transfer.end && agenda.next());
  return { transfer, received: receiver.result(), datagrams };
}

/** A receiver as RFC 1350 and RFC 7440 describe it, which stays a while to repeat its last ACK. */
function createReceiver(
  send: (bytes: Buffer) => void,
  agenda: Agenda,
  { timeoutMs, repeatsAck }: Manners,
) {
  const parts: Uint8Array[] = [];
  let blksize = 512;
  let windowsize = 1;
  let unacknowledged = 0;
  let started = false;
  let done = false;
  /** Since when it waits: the last datagram, or the last time it gave up waiting for one. */
  let waitingSinceMs = 0;
  let repeated = false;

  const acknowledge = () => {
    unacknowledged = 0;
    send(encodePacket({ kind: 'ACK', block: parts.length & 0xffff }));
  };
  const remind = () => {
    if (done) return;
    if (started && agenda.nowMs() - waitingSinceMs >= timeoutMs) {
      waitingSinceMs = agenda.nowMs();
      acknowledge();
    }
    agenda.add(25, remind);
  };
  agenda.add(25, remind);

  return {
    take(bytes: Buffer) {
      waitingSinceMs = agenda.nowMs();
      started = true;
      const packet = decodePacket(bytes);
      if (packet.kind === 'OACK' && parts.length === 0) {
        blksize = Number(packet.options.get('blksize') ?? 512);
        windowsize = Number(packet.options.get('windowsize') ?? 1);
        acknowledge();
      }
      if (packet.kind !== 'DATA') return;
      if (done || ((packet.block - parts.length) & 0xffff) !== 1) {
        if (!repeated || repeatsAck === 'always') acknowledge();
        repeated = true;
        return;
      }
      repeated = false;
      parts.push(packet.payload);
      unacknowledged += 1;
      done = packet.payload.length < blksize;
      if (done || unacknowledged >= windowsize) acknowledge();
    },
    result: () => (done ? Buffer.concat(parts) : undefined),
  };
}

interface Agenda {
  nowMs(): number;
  add(delayMs: number, what: () => void): void;
  /** Lets the time run to the next entry; false when there is none. */
  next(): boolean;
}

/** Virtual time. Entries of the same time come in the order in which they were added. */
function createAgenda(): Agenda {
  const buckets = new Map<number, (() => void)[]>();
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    add(delayMs, what) {
      const dueMs = nowMs + Math.max(1, Math.round(delayMs));
      const bucket = buckets.get(dueMs);
      if (bucket) bucket.push(what);
      else buckets.set(dueMs, [what]);
    },
    next() {
      if (buckets.size === 0) return false;
      nowMs += 1;
      const due = buckets.get(nowMs) ?? [];
      buckets.delete(nowMs);
      for (const what of due) what();
      return true;
    },
  };
}

/** mulberry32: small, seeded, good enough to shake a link. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
