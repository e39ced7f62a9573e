import type { FileHandle } from 'node:fs/promises';

/** The bytes of one transfer. */
export interface TftpContent {
  readonly sizeBytes: number;
  /**
   * `lengthBytes` from `offset` on, which must lie inside: at once where they are in memory, else later.
   * What it gives is read only and may be shared with other transfers.
   */
  read(offset: number, lengthBytes: number): Uint8Array | Promise<Uint8Array>;
  close(): Promise<void>;
}

export function memoryContent(bytes: Uint8Array): TftpContent {
  return {
    sizeBytes: bytes.length,
    read: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
    close: async () => {},
  };
}

/** A file too large for the cache, read in pieces as the client gets on; owns `handle`. */
export function fileContent(
  handle: FileHandle,
  sizeBytes: number,
  readAheadBytes: number,
): TftpContent {
  let pieceOffset = 0;
  let piece: Uint8Array = new Uint8Array(0);
  const take = (offset: number, lengthBytes: number) =>
    piece.subarray(offset - pieceOffset, offset - pieceOffset + lengthBytes);

  return {
    sizeBytes,
    read(offset, lengthBytes) {
      const end = offset + lengthBytes;
      if (offset >= pieceOffset && end <= pieceOffset + piece.length)
        return take(offset, lengthBytes);
      const wantedBytes = Math.min(Math.max(lengthBytes, readAheadBytes), sizeBytes - offset);
      return readExactly(handle, offset, wantedBytes).then((bytes) => {
        pieceOffset = offset;
        piece = bytes;
        return take(offset, lengthBytes);
      });
    },
    close: () => handle.close(),
  };
}

/** Throws if the file has become shorter meanwhile. */
export async function readExactly(
  handle: FileHandle,
  offset: number,
  lengthBytes: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes);
  let doneBytes = 0;
  while (doneBytes < lengthBytes) {
    const { bytesRead } = await handle.read(
      bytes,
      doneBytes,
      lengthBytes - doneBytes,
      offset + doneBytes,
    );
    if (bytesRead === 0) throw new Error(`file ends before byte ${offset + lengthBytes}`);
    doneBytes += bytesRead;
  }
  return bytes;
}
