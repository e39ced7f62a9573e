import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

/** A part of a file, or all of it. */
export interface FilePart {
  path: string;
  start: number;
  lengthBytes: number;
}

/** Sends a file's part as the body of a response whose head is written, and ends it. */
export type Transmit = (part: FilePart, response: ServerResponse) => Promise<void>;

/**
 * Reads this large keep one core ahead of a 10 Gbit/s link. While many PCs read at once they share
 * `sharedBytes`, so that a hall that fetches a WIM image does not cost memory by the number of PCs.
 */
const largestReadBytes = 1024 * 1024;
const smallestReadBytes = 64 * 1024;
const sharedBytes = 4 * 1024 * 1024;

/**
 * Two buffers a response, used in turn: one is filled while the other is written. A stream would
 * allocate a new buffer for each read, and freeing those costs twice the CPU of all the rest.
 * A transmission rejects, with its connection closed, where the PC is gone or the file became shorter:
 * its length is promised already. `onSent` is told what went out, as it goes.
 */
export function createTransmit(onSent: (bytes: number) => void = () => {}): Transmit {
  let active = 0;
  return async (part, response) => {
    active += 1;
    try {
      const share = Math.max(smallestReadBytes, Math.floor(sharedBytes / active));
      await transmit(part, Math.min(largestReadBytes, share), response, onSent);
      response.end();
    } catch (error) {
      response.destroy();
      throw error;
    } finally {
      active -= 1;
    }
  };
}

async function transmit(
  { path, start, lengthBytes }: FilePart,
  readBytes: number,
  response: ServerResponse,
  onSent: (bytes: number) => void,
): Promise<void> {
  const end = start + lengthBytes;
  const sizeBytes = Math.min(readBytes, lengthBytes);
  let filling = Buffer.allocUnsafeSlow(sizeBytes);
  let leaving = lengthBytes > sizeBytes ? Buffer.allocUnsafeSlow(sizeBytes) : filling;
  const write = createWriter(response);
  const file = await open(path);
  try {
    let written: Promise<void> = Promise.resolve();
    for (let at = start; at < end; ) {
      const wanted = Math.min(sizeBytes, end - at);
      const [{ bytesRead }] = await Promise.all([file.read(filling, 0, wanted, at), written]);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was sent`);
      written = write(filling.subarray(0, bytesRead));
      onSent(bytesRead);
      [filling, leaving] = [leaving, filling];
      at += bytesRead;
    }
    await written;
  } finally {
    await file.close();
  }
}

/** Writes one chunk at a time; resolves when its bytes are with the kernel and the buffer is free. */
function createWriter(response: ServerResponse): (chunk: Buffer) => Promise<void> {
  let giveUp = (_reason: Error) => {};
  response.once('close', () => giveUp(new Error('the PC closed the connection')));
  return (chunk) =>
    new Promise((resolve, reject) => {
      if (response.destroyed) return reject(new Error('the PC closed the connection'));
      giveUp = reject;
      response.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
}
