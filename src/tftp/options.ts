import { maxPayloadBytes } from './packet.ts';

/** The most we grant, whatever a client asks for. */
export interface OptionLimits {
  maxBlksizeBytes: number;
  /** Blocks in flight before an ACK is due. */
  maxWindowsize: number;
  /** A longer retransmission timeout is not agreed to: it would hold a transfer's place for long. */
  maxTimeoutSeconds: number;
}

/** What both ends agreed on for one transfer. */
export interface Agreement {
  blksizeBytes: number;
  windowsize: number;
  /** The client's own wish for the retransmission timeout, where it had one. */
  timeoutMs?: number;
  /** The options to acknowledge; an OACK is due only if there is one. */
  oack: ReadonlyMap<string, string>;
}

/** RFC 1350: without options a block is 512 bytes and each has its ACK. */
const plain = { blksizeBytes: 512, windowsize: 1 } as const;

/**
 * Answers a read request's options. Unknown options and values outside of an option's range are left
 * out of the OACK, as RFC 2347 asks: the transfer then goes on without them. Larger blksize (RFC 2348)
 * and windowsize (RFC 7440) than our limits are answered with the limit.
 */
export function negotiate(
  asked: ReadonlyMap<string, string>,
  sizeBytes: number,
  limits: OptionLimits,
): Agreement {
  const oack = new Map<string, string>();
  const blksize = integer(asked.get('blksize'), 8, maxPayloadBytes);
  const windowsize = integer(asked.get('windowsize'), 1, 65_535);
  const timeoutSeconds = integer(asked.get('timeout'), 1, limits.maxTimeoutSeconds);
  const agreement: Agreement = {
    blksizeBytes:
      blksize === undefined ? plain.blksizeBytes : Math.min(blksize, limits.maxBlksizeBytes),
    windowsize:
      windowsize === undefined ? plain.windowsize : Math.min(windowsize, limits.maxWindowsize),
    oack,
  };
  if (blksize !== undefined) oack.set('blksize', String(agreement.blksizeBytes));
  // RFC 2349: a reader sends 0, but what it sends does not change the answer.
  if (asked.has('tsize')) oack.set('tsize', String(sizeBytes));
  if (timeoutSeconds !== undefined) {
    agreement.timeoutMs = timeoutSeconds * 1000;
    oack.set('timeout', String(timeoutSeconds));
  }
  if (windowsize !== undefined) oack.set('windowsize', String(agreement.windowsize));
  return agreement;
}

function integer(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
