import type { Datagram, OpenUdp } from '../../net/udp.ts';
import { DecodeError, decodePacket } from '../../tftp/decode.ts';
import { encodePacket } from '../../tftp/encode.ts';
import type { Agreement } from '../../tftp/options.ts';
import { errorNumbers, type Packet } from '../../tftp/packet.ts';
import { type Send, type Step, startTransfer, stepTransfer } from '../../tftp/transfer.ts';
import { createBlockSender } from './block-sender.ts';
import type { TftpContent } from './content.ts';
import type { TftpLimits } from './limits.ts';

/** How a transfer ended. */
export interface TransferResult {
  outcome: 'done' | 'aborted' | 'timed-out';
  reason?:
    | 'no-ack'
    | 'final-ack-missing'
    | 'size-probe'
    | 'client-error'
    | 'read-failed'
    | 'superseded'
    | 'shutdown';
  /** What the client said in its ERROR packet: untrusted text. */
  clientMessage?: string;
  cause?: unknown;
  /** Datagrams sent again. */
  retransmits: number;
}

/** A transfer with its own socket. */
export interface RunningTransfer {
  /** Looks whether a retry is due. */
  tick(nowMs: number): void;
  /** Whether the client has acknowledged anything yet. */
  established(): boolean;
  lastProgressMs(): number;
  /** Ends it from our side; `message` tells the client why, where it may still listen. */
  abort(reason: 'superseded' | 'shutdown', message?: string): void;
}

export interface TransferDeps {
  openUdp: OpenUdp;
  limits: TftpLimits;
  /** The address that the request came to: it is also this transfer's own. */
  serverAddress: string;
  client: { address: string; port: number };
  /** Closed by the transfer, once it was opened. */
  content: TftpContent;
  agreement: Agreement;
  now: () => number;
  onIgnored(reason: string, from: Datagram): void;
  onSocketError(error: Error): void;
  /** Called once. */
  onEnd(result: TransferResult): void;
}

/** Opens the transfer's socket and sends its first packets. Throws what `openUdp` throws; no socket is left then. */
export async function openTransfer(deps: TransferDeps): Promise<RunningTransfer> {
  const { agreement, client, content, limits, now } = deps;
  const start = startTransfer(agreement, content.sizeBytes, limits, now());
  let { transfer } = start;
  let lastProgressMs = now();
  let ended = false;

  const socket = await deps.openUdp({
    address: deps.serverAddress,
    port: 0,
    // RFC 1350 section 4, foreign transfer ids: the kernel sends strangers away.
    peer: client,
    onMessage: (datagram) => receive(datagram),
    onError: deps.onSocketError,
  });
  const transmit = (bytes: Uint8Array) => {
    if (!ended) socket.send(bytes, client.port, client.address);
  };
  const blocks = createBlockSender(content, agreement.blksizeBytes, agreement.windowsize, transmit);

  const end = (result: Omit<TransferResult, 'retransmits'>) => {
    if (ended) return;
    ended = true;
    void socket.close();
    content.close().catch(deps.onSocketError);
    deps.onEnd({ ...result, retransmits: transfer.retransmits });
  };
  const failRead = (cause: unknown) => {
    transmit(encodeError(errorNumbers.undefined, 'the file cannot be read'));
    end({ outcome: 'aborted', reason: 'read-failed', cause });
  };
  const send = (what: Send) => {
    if (what.kind === 'oack') {
      transmit(encodePacket({ kind: 'OACK', options: agreement.oack }));
    } else if (what.kind === 'blocks') {
      blocks.send(what.first, what.last)?.catch(failRead);
    }
  };
  const apply = (step: Step, clientMessage?: string) => {
    transfer = step.transfer;
    send(step.send);
    if (transfer.end) end({ ...transfer.end, ...(clientMessage ? { clientMessage } : {}) });
  };
  const takeAck = (block: number, datagram: Datagram) => {
    const nowMs = now();
    const step = stepTransfer(transfer, { kind: 'ack', block, nowMs }, limits);
    if (step.ignored) {
      deps.onIgnored(step.ignored, datagram);
      return;
    }
    lastProgressMs = nowMs;
    apply(step);
  };
  const receive = (datagram: Datagram) => {
    if (ended) return;
    const packet = decode(datagram, deps.onIgnored);
    if (!packet) return;
    if (packet.kind === 'ACK') {
      takeAck(packet.block, datagram);
    } else if (packet.kind === 'ERROR') {
      apply(stepTransfer(transfer, { kind: 'error', code: packet.code }, limits), packet.message);
    } else {
      deps.onIgnored('unexpected-packet', datagram);
    }
  };

  try {
    apply(start);
  } catch (error) {
    await socket.close();
    throw error;
  }
  return {
    tick(nowMs) {
      if (!ended) apply(stepTransfer(transfer, { kind: 'tick', nowMs }, limits));
    },
    established: () => !transfer.negotiating && (transfer.acked > 0 || agreement.oack.size > 0),
    lastProgressMs: () => lastProgressMs,
    abort(reason, message) {
      if (message) transmit(encodeError(errorNumbers.undefined, message));
      end({ outcome: 'aborted', reason });
    },
  };
}

/** Decodes a datagram, or says why it is ignored. */
export function decode(
  datagram: Datagram,
  onIgnored: (reason: string, from: Datagram) => void,
): Packet | undefined {
  try {
    return decodePacket(datagram.bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    onIgnored(error.reason, datagram);
    return undefined;
  }
}

function encodeError(code: number, message: string): Buffer {
  return encodePacket({ kind: 'ERROR', code, message });
}
