import type { OptionLimits } from '../../tftp/options.ts';
import type { RetryPolicy } from '../../tftp/transfer.ts';

/** Everything that bounds the TFTP server. */
export interface TftpLimits extends OptionLimits, RetryPolicy {
  /** Transfers at once, and of one client address. */
  maxTransfers: number;
  maxTransfersPerClient: number;
  /** How often retries are looked for: the resolution of every wait. */
  tickMs: number;
  /**
   * A repeated request this long after the last progress comes from a client that started anew; and a
   * transfer of which nothing was acknowledged for so long gives way where there is no room.
   */
  restartAfterMs: number;
  /** Kernel buffer for requests: a hall of PCs switched on at once asks within a second. */
  requestBufferBytes: number;
}

/**
 * Defaults, sized for a hall of 250 PCs.
 * - 1468 fills an Ethernet frame: 1500 minus the headers of IPv4 (20), UDP (8) and DATA (4). Anything
 *   larger would travel in fragments, which many ROMs cannot put together.
 * - The first retry comes after 200 ms, far above a LAN's round trip; then 0.4, 0.8, 1.6, 3.2, 6.4, 8 s:
 *   a client that is gone frees its place after about 20 s, and one that resets its link is waited for.
 *   The last waits are longer than the 5 s of silence after which clients repeat a lost ACK by
 *   themselves: atftp answers repeated blocks only once, so retries every 4 s kept it mute for ever.
 */
export const tftpLimits: Readonly<TftpLimits> = {
  maxTransfers: 512,
  maxTransfersPerClient: 8,
  maxBlksizeBytes: 1468,
  maxWindowsize: 32,
  maxTimeoutSeconds: 10,
  retryTimeoutMs: 200,
  maxRetryTimeoutMs: 8_000,
  maxRetries: 6,
  tickMs: 25,
  restartAfterMs: 1_000,
  requestBufferBytes: 1024 * 1024,
};
