import type { Agreement } from './options.ts';
import { errorNumbers } from './packet.ts';

/** How long the sender waits, in ms, and how often it tries again. */
export interface RetryPolicy {
  /** First wait, unless the client set its own by the timeout option; doubles at each retry. */
  retryTimeoutMs: number;
  maxRetryTimeoutMs: number;
  /** Retries without any progress before the transfer is given up. */
  maxRetries: number;
}

/** Why a transfer ended. */
export type TransferEnd =
  | { outcome: 'done' }
  | { outcome: 'timed-out'; reason: 'no-ack' | 'final-ack-missing' }
  | { outcome: 'aborted'; reason: 'size-probe' | 'client-error' };

/**
 * The sender's side of one read, as a value. Blocks count from 1 and never roll over here; only the
 * wire's 16-bit number does.
 */
export interface Transfer {
  readonly agreement: Agreement;
  readonly totalBlocks: number;
  /** Whether our OACK still waits for its ACK 0. */
  readonly negotiating: boolean;
  /** Every block up to this one has arrived. */
  readonly acked: number;
  /** Highest block sent so far. */
  readonly sent: number;
  readonly retries: number;
  readonly retryTimeoutMs: number;
  /** When `tick` has something to do. */
  readonly deadlineMs: number;
  /** Datagrams sent again. */
  readonly retransmits: number;
  readonly end?: TransferEnd;
}

export type TransferEvent =
  | { kind: 'ack'; block: number; nowMs: number }
  | { kind: 'error'; code: number }
  | { kind: 'tick'; nowMs: number };

/** What to put on the wire now: nothing, the OACK, or the blocks `first` to `last`. */
export type Send =
  | { kind: 'none' }
  | { kind: 'oack' }
  | { kind: 'blocks'; first: number; last: number };

/** Why an ACK changed nothing. */
export type AckIgnored = 'duplicate-ack' | 'ack-outside-window' | 'ended';

export interface Step {
  transfer: Transfer;
  send: Send;
  ignored?: AckIgnored;
}

const nothing: Send = { kind: 'none' };

/** Begins a transfer: with the OACK if options were agreed on, else with the first window. */
export function startTransfer(
  agreement: Agreement,
  sizeBytes: number,
  policy: RetryPolicy,
  nowMs: number,
): Step {
  const retryTimeoutMs = agreement.timeoutMs ?? policy.retryTimeoutMs;
  const transfer: Transfer = {
    agreement,
    // The last block is the first one shorter than blksize, so an exact multiple ends with an empty one.
    totalBlocks: Math.floor(sizeBytes / agreement.blksizeBytes) + 1,
    negotiating: agreement.oack.size > 0,
    acked: 0,
    sent: 0,
    retries: 0,
    retryTimeoutMs,
    deadlineMs: nowMs + retryTimeoutMs,
    retransmits: 0,
  };
  return transfer.negotiating ? { transfer, send: { kind: 'oack' } } : sendWindow(transfer);
}

/** The state machine: pure, and total over every event at any time. */
export function stepTransfer(transfer: Transfer, event: TransferEvent, policy: RetryPolicy): Step {
  if (transfer.end) return { transfer, send: nothing, ignored: 'ended' };
  switch (event.kind) {
    case 'ack':
      return takeAck(transfer, event.block, event.nowMs, policy);
    case 'error':
      return takeError(transfer, event.code);
    case 'tick':
      return tick(transfer, event.nowMs, policy);
  }
}

/**
 * An ACK inside the window moves it, and everything after that block is sent again (go-back-N): by RFC
 * 7440 a receiver acknowledges in the middle of a window only when it misses the next block. An ACK of
 * what is known already is ignored, else each duplicate would double the traffic up to the last block
 * (the Sorcerer's Apprentice, RFC 1123 section 4.2.3.1); our timer covers a lost window.
 */
function takeAck(transfer: Transfer, block: number, nowMs: number, policy: RetryPolicy): Step {
  const advance = (block - transfer.acked) & 0xffff;
  if (transfer.negotiating) {
    if (block !== 0) return { transfer, send: nothing, ignored: 'ack-outside-window' };
  } else {
    if (advance === 0) return { transfer, send: nothing, ignored: 'duplicate-ack' };
    if (transfer.acked + advance > transfer.sent) {
      return { transfer, send: nothing, ignored: 'ack-outside-window' };
    }
  }
  const retryTimeoutMs = transfer.agreement.timeoutMs ?? policy.retryTimeoutMs;
  const moved: Transfer = {
    ...transfer,
    negotiating: false,
    acked: transfer.acked + advance,
    retries: 0,
    retryTimeoutMs,
    deadlineMs: nowMs + retryTimeoutMs,
  };
  if (moved.acked === moved.totalBlocks) return finish(moved, { outcome: 'done' });
  return sendWindow(moved);
}

/**
 * EDK2's firmware asks for tsize, reads it from the OACK and aborts with ERROR 8 before it asks again
 * with its real options: that is no failure. Nothing answers an ERROR (RFC 1350 section 7).
 */
function takeError(transfer: Transfer, code: number): Step {
  const probe =
    transfer.negotiating &&
    transfer.agreement.oack.has('tsize') &&
    (code === errorNumbers.optionNegotiation || code === errorNumbers.undefined);
  return finish(transfer, { outcome: 'aborted', reason: probe ? 'size-probe' : 'client-error' });
}

function tick(transfer: Transfer, nowMs: number, policy: RetryPolicy): Step {
  if (nowMs < transfer.deadlineMs) return { transfer, send: nothing };
  if (transfer.retries >= policy.maxRetries) {
    // A client that has everything may be gone with its last ACK lost: RFC 1350 section 6.
    const reason = transfer.sent === transfer.totalBlocks ? 'final-ack-missing' : 'no-ack';
    return finish(transfer, { outcome: 'timed-out', reason });
  }
  const longestMs = Math.max(policy.maxRetryTimeoutMs, transfer.agreement.timeoutMs ?? 0);
  const retryTimeoutMs = Math.min(transfer.retryTimeoutMs * 2, longestMs);
  const late: Transfer = {
    ...transfer,
    retries: transfer.retries + 1,
    retryTimeoutMs,
    deadlineMs: nowMs + retryTimeoutMs,
  };
  if (!late.negotiating) return sendWindow(late);
  return { transfer: { ...late, retransmits: late.retransmits + 1 }, send: { kind: 'oack' } };
}

function sendWindow(transfer: Transfer): Step {
  const first = transfer.acked + 1;
  const last = Math.min(transfer.acked + transfer.agreement.windowsize, transfer.totalBlocks);
  return {
    transfer: {
      ...transfer,
      sent: Math.max(transfer.sent, last),
      retransmits: transfer.retransmits + Math.max(0, Math.min(transfer.sent, last) - first + 1),
    },
    send: { kind: 'blocks', first, last },
  };
}

function finish(transfer: Transfer, end: TransferEnd): Step {
  return { transfer: { ...transfer, end }, send: nothing };
}
