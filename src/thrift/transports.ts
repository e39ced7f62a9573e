import { TBufferedTransport, type TTransport } from 'thrift';

/** A buffered transport that bytes were put into; what its package's types leave out is here. */
export interface Reader extends TBufferedTransport {
  borrow(): { readIndex: number; writeIndex: number };
}

/**
 * Collects bytes as they come and hands them on as a reader each time. The function that is returned throws
 * where more than `maxBytes` wait to be read.
 */
export const createReceiver = TBufferedTransport.receiver as unknown as (
  use: (reader: Reader) => void,
  seqid: number,
  maxBytes: number,
) => (data: Buffer) => void;

/** Hands on what was written to it, in one piece, when it is flushed. */
export const OutputTransport = TBufferedTransport as unknown as new (
  buffer: undefined,
  onFlush: (bytes: Buffer) => void,
) => TTransport;

/** Whether reading failed only since the rest has not come yet. */
export const isIncomplete = (error: unknown): boolean =>
  error instanceof Error && error.name === 'InputBufferUnderrunError';

/** Whether there is anything that nobody has read. */
export function hasUnread(reader: Reader): boolean {
  const { readIndex, writeIndex } = reader.borrow();
  return writeIndex > readIndex;
}
