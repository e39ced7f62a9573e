import { writeDataHeader } from '../../tftp/encode.ts';
import { dataHeaderBytes } from '../../tftp/packet.ts';
import type { TftpContent } from './content.ts';

/** Puts blocks of one content on the wire. */
export interface BlockSender {
  /**
   * Sends the blocks `first` to `last` (counted from 1, never rolled over) in one go: before it returns
   * if their bytes are in memory, else when the promise resolves. Rejects if they cannot be read.
   */
  send(first: number, last: number): undefined | Promise<void>;
}

/**
 * One packet buffer per block in flight, used again and again. A buffer takes a new block only after
 * the one in it was acknowledged, so a send that the kernel has put off still finds a whole packet
 * there. The short last block has a buffer of its own: a put-off send keeps the length it began with.
 */
export function createBlockSender(
  content: TftpContent,
  blksizeBytes: number,
  windowsize: number,
  transmit: (packet: Uint8Array) => void,
): BlockSender {
  const slots: { block: number; bytes: Buffer }[] = [];
  /** All before it were acknowledged: no send begins earlier than the one before it. */
  let oldest = 1;

  const packetOf = (block: number, region: Uint8Array, start: number) => {
    const end = Math.min(start + blksizeBytes, region.length);
    const index = block % windowsize;
    let slot = slots[index];
    if (!slot || end - start < blksizeBytes) {
      slot = { block: 0, bytes: Buffer.allocUnsafeSlow(dataHeaderBytes + end - start) };
      slots[index] = slot;
    }
    if (slot.block !== block) {
      slot.block = block;
      writeDataHeader(slot.bytes, block);
      slot.bytes.set(region.subarray(start, end), dataHeaderBytes);
    }
    return slot.bytes;
  };
  const sendRegion = (first: number, last: number, region: Uint8Array) => {
    // A slow read may end when its blocks have long been acknowledged and their buffers have others.
    for (let block = Math.max(first, oldest); block <= last; block += 1) {
      transmit(packetOf(block, region, (block - first) * blksizeBytes));
    }
  };

  return {
    send(first, last) {
      oldest = first;
      const offset = (first - 1) * blksizeBytes;
      const end = Math.min(last * blksizeBytes, content.sizeBytes);
      const region = content.read(offset, end - offset);
      if (!(region instanceof Uint8Array)) {
        return region.then((bytes) => sendRegion(first, last, bytes));
      }
      sendRegion(first, last, region);
      return undefined;
    },
  };
}
