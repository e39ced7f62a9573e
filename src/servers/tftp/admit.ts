import type { Datagram } from '../../net/udp.ts';
import { normalizeFilename } from '../../tftp/filename.ts';
import type { Packet, Request } from '../../tftp/packet.ts';
import type { TftpLimits } from './limits.ts';
import type { Refusal } from './refusals.ts';
import { findUnanswered, isRepetition, type Slot, type Slots } from './slots.ts';

/** Why a packet on port 69 gets no answer at all. */
export type RequestIgnored =
  | 'source-port-0'
  | 'not-a-request'
  | 'repeated-request'
  | 'too-many-transfers'
  | 'too-many-transfers-of-client';

/** What becomes of a packet on port 69. */
export type Admission =
  | { kind: 'ignore'; reason: RequestIgnored }
  | { kind: 'refuse'; reason: Refusal; path: string }
  /** `replaces` are transfers to end: what the client has given up, or what nobody wants. */
  | { kind: 'accept'; request: Request; path: string; replaces: Slot[] };

/** Decides on one packet; changes nothing. */
export function admit(
  packet: Packet,
  { address, port, bytes }: Datagram,
  slots: Slots,
  limits: TftpLimits,
  nowMs: number,
): Admission {
  // Nothing can be sent to port 0; only a forged datagram has it.
  if (port === 0) return { kind: 'ignore', reason: 'source-port-0' };
  // Never answered: two servers would go on answering each other.
  if (packet.kind !== 'RRQ' && packet.kind !== 'WRQ') {
    return { kind: 'ignore', reason: 'not-a-request' };
  }
  const unfit = unfitRequest(packet);
  if (unfit) return { kind: 'refuse', reason: unfit, path: packet.filename };
  const { path, refusal } = normalizeFilename(packet.filename);
  if (refusal) return { kind: 'refuse', reason: refusal, path: packet.filename };

  const replaces = slots.find({ address, port });
  if (replaces && isRepetition(replaces, fingerprint(bytes), nowMs, limits)) {
    return { kind: 'ignore', reason: 'repeated-request' };
  }
  const accepted = { kind: 'accept', request: packet, path } as const;
  // Ending a running transfer makes room at once; one whose file is still looked up does not.
  const full = replaces?.transfer ? undefined : fullFor(address, slots, limits);
  if (!full) return { ...accepted, replaces: replaces ? [replaces] : [] };
  const unanswered = findUnanswered(full.slots, nowMs, limits);
  // No ERROR: a ROM would give up, while one that hears nothing asks again, and there is room by then.
  if (!unanswered) return { kind: 'ignore', reason: full.reason };
  return { ...accepted, replaces: replaces ? [replaces, unanswered] : [unanswered] };
}

/** A request as text that can be compared with a later one. */
export function fingerprint(request: Buffer): string {
  return request.toString('latin1');
}

function unfitRequest({ kind, mode }: Request): Refusal | undefined {
  if (kind === 'WRQ') return 'write';
  if (mode === 'octet') return undefined;
  return mode === 'netascii' || mode === 'mail' ? `mode-${mode}` : 'mode-unknown';
}

/** Which cap is reached, and the slots that one of must go. */
function fullFor(address: string, { all, countOf }: Slots, limits: TftpLimits) {
  if (countOf(address) >= limits.maxTransfersPerClient) {
    const own = [...all].filter(({ client }) => client.address === address);
    return { reason: 'too-many-transfers-of-client', slots: own } as const;
  }
  if (all.size < limits.maxTransfers) return undefined;
  return { reason: 'too-many-transfers', slots: [...all] } as const;
}
