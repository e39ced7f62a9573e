import type { Socket } from 'node:net';
import { TBinaryProtocol } from 'thrift';
import type { PresetProcessor } from './preset.ts';
import {
  createReceiver,
  hasUnread,
  isIncomplete,
  OutputTransport,
  type Reader,
} from './transports.ts';

export interface ConnectionLimits {
  /** Of one message, and so of what is kept of a connection. */
  messageBytes: number;
  /** A message that has begun is complete within this. */
  messageMs: number;
  /** How long a connection may be silent that has not made a call yet. */
  newIdleMs: number;
  /** How long one may be silent that has. */
  idleMs: number;
}

/** A caller's connection, as the listener keeps it. */
export interface Connection {
  /** Whether it has made a call. */
  isProven(): boolean;
  /** When it last did anything, in milliseconds of a clock that never goes back. */
  activeAt(): number;
  destroy(): void;
}

/**
 * Answers one caller, a call after another. Anything that is no well-formed call ends the connection at
 * once, and so does a caller that is slow to say or to read: nothing here is ever waited for without end.
 */
export function serveConnection(
  socket: Socket,
  processor: PresetProcessor,
  limits: ConnectionLimits,
): Connection {
  let reader: Reader | undefined;
  let isBusy = false;
  let isProven = false;
  let hasEnded = false;
  let activeAt = performance.now();
  let deadline: NodeJS.Timeout | undefined;
  const receive = createReceiver(
    (each) => {
      reader = each;
    },
    0,
    limits.messageBytes,
  );
  const destroy = () => void socket.destroy();
  function answer(bytes: Buffer): void {
    isProven = true;
    activeAt = performance.now();
    socket.setTimeout(limits.idleMs);
    // The next call once this answer is on its way: a caller that does not read is not computed for.
    socket.write(bytes, () => {
      isBusy = false;
      setImmediate(advance);
    });
  }

  /** At most one call: those of other callers come in between. */
  function advance(): void {
    if (isBusy || socket.destroyed) return;
    if (reader && hasUnread(reader)) {
      if (!tryCall(reader)) return;
    } else {
      clearTimeout(deadline);
      deadline = undefined;
      if (hasEnded) socket.end();
    }
    if (!isBusy) socket.resume();
  }

  /** False where the connection is over. */
  function tryCall(source: Reader): boolean {
    isBusy = true;
    try {
      const output = new TBinaryProtocol(new OutputTransport(undefined, answer));
      processor.process(new TBinaryProtocol(source, true, true), output);
      source.commitPosition();
      clearTimeout(deadline);
      deadline = undefined;
      socket.pause();
      return true;
    } catch (error) {
      isBusy = false;
      if (!isIncomplete(error) || hasEnded) {
        destroy();
        return false;
      }
      source.rollbackPosition();
      deadline ??= setTimeout(destroy, limits.messageMs);
      return true;
    }
  }

  socket.setTimeout(limits.newIdleMs, destroy);
  socket.on('error', destroy);
  socket.on('close', () => clearTimeout(deadline));
  socket.on('end', () => {
    hasEnded = true;
    advance();
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      receive(chunk);
    } catch {
      destroy();
      return;
    }
    advance();
  });
  return { isProven: () => isProven, activeAt: () => activeAt, destroy };
}
