import type { Datagram } from '../../net/udp.ts';
import { normalizeFilename } from '../../tftp/filename.ts';
import type { Packet, Request } from '../../tftp/packet.ts';
import type { TftpLimits } from './limits.ts';
import type { Refusal } from './refusals.ts';
import { isRepetition, type Slot, type Slots } from './slots.ts';

/** Why a packet on port 69 gets no answer at all. */
export type RequestIgnored = 'source-port-0' | 'not-a-request' | 'repeated-request';

/** What becomes of a packet on port 69. */
export type Admission =
  | { kind: 'ignore'; reason: RequestIgnored }
  | { kind: 'refuse'; reason: Refusal; path: string }
  /** `replaces` is the client's earlier transfer, which it has given up. */
  | { kind: 'accept'; request: Request; path: string; replaces?: Slot };

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
  // Ending a running transfer makes room at once; one whose file is still looked up does not.
  const full = replaces?.transfer ? undefined : fullFor(address, slots, limits);
  if (full) return { kind: 'refuse', reason: full, path };
  return { kind: 'accept', request: packet, path, ...(replaces ? { replaces } : {}) };
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

function fullFor(address: string, slots: Slots, limits: TftpLimits): Refusal | undefined {
  if (slots.countOf(address) >= limits.maxTransfersPerClient) return 'too-many-transfers-of-client';
  return slots.all.size >= limits.maxTransfers ? 'too-many-transfers' : undefined;
}
