import type { Logger } from 'pino';
import type { Datagram } from '../../net/udp.ts';
import type { Counters } from '../../service/counters.ts';
import type { Refusal } from './refusals.ts';
import type { TransferResult } from './transfer.ts';

/** One request's end, for the timeline. */
export interface TftpTransferReport {
  /** The client's. */
  address: string;
  /** Relative to the root; where the name itself was refused, as requested (untrusted text). */
  file: string;
  /** Of the whole file; 0 where refused. */
  sizeBytes: number;
  /** From the request to the last ACK, or to when we gave up. */
  durationMs: number;
  outcome: TransferResult['outcome'] | 'refused';
  reason?: Refusal | Exclude<TransferResult['reason'], undefined>;
  /** What the client said when it aborted: untrusted text. */
  clientMessage?: string;
  blksize: number;
  windowsize: number;
  /** Datagrams sent again. */
  retransmits: number;
}

/** Where everything that happens is counted, logged and told to `onTransfer`. */
export interface Reporter {
  ignored(reason: string, from: Datagram): void;
  socketError(error: Error): void;
  ended(report: TftpTransferReport, cause?: unknown): void;
}

/**
 * Single datagrams are logged at `debug` only: anybody on the LAN can send any number of them.
 * A fault in `onTransfer` is logged and goes no further.
 */
export function createReporter(deps: {
  onTransfer?: ((report: TftpTransferReport) => void) | undefined;
  counters: Counters;
  log: Logger;
}): Reporter {
  const { counters, log, onTransfer } = deps;
  return {
    ignored(reason, { address, port }) {
      counters.add(`tftp.ignored.${reason}`);
      log.debug({ reason, address, port }, 'TFTP packet ignored');
    },
    socketError(error) {
      counters.add('tftp.socket-errors');
      log.debug({ err: error }, 'TFTP socket error');
    },
    ended(report, cause) {
      counters.add(counterOf(report));
      if (report.outcome === 'done') counters.add('tftp.bytes', report.sizeBytes);
      const level = report.outcome === 'refused' ? 'debug' : 'info';
      log[level](cause === undefined ? report : { ...report, err: cause }, 'TFTP transfer ended');
      try {
        onTransfer?.(report);
      } catch (error) {
        counters.add('tftp.callback-errors');
        log.error({ err: error }, 'TFTP transfer could not be reported');
      }
    },
  };
}

function counterOf({ outcome, reason }: TftpTransferReport): string {
  if (outcome === 'refused') return `tftp.refused.${reason}`;
  // EDK2 asks for the size and aborts before each real transfer: that is no failure.
  if (reason === 'size-probe') return 'tftp.size-probes';
  return `tftp.transfers.${outcome}`;
}
