import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hasErrno } from './errno.ts';

/** The kernel's own limit of a record. */
const recordBytes = 8192;
/** Of one look; the rest is read at the next. */
const recordLimit = 10_000;

/**
 * What the kernel says from now on, a message a record (Documentation/ABI/testing/dev-kmsg). Machines where
 * nobody may read it have nothing to say.
 */
export function createKernelLog(path = '/dev/kmsg') {
  let file: Promise<FileHandle | undefined> | undefined;
  const buffer = Buffer.alloc(recordBytes);

  async function openAtEnd(): Promise<FileHandle | undefined> {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const opened = await open(path, flags).catch(() => undefined);
    if (opened) await drain(opened);
    return opened;
  }

  async function drain(from: FileHandle): Promise<string[]> {
    const messages: string[] = [];
    for (let count = 0; count < recordLimit; count += 1) {
      try {
        const { bytesRead } = await from.read(buffer, 0, recordBytes, null);
        if (bytesRead === 0) break;
        messages.push(parseRecord(buffer.toString('utf8', 0, bytesRead)));
      } catch (error) {
        // EPIPE: records were overwritten before they were read; the next one is there.
        if (hasErrno(error, 'EPIPE')) continue;
        if (hasErrno(error, 'EAGAIN')) break;
        throw error;
      }
    }
    return messages;
  }

  return {
    /** Messages since the last call; the first one only takes note of where the log ends. */
    async read(): Promise<string[]> {
      if (file) return (await file.then((opened) => opened && drain(opened))) ?? [];
      file = openAtEnd();
      await file;
      return [];
    },
    async close(): Promise<void> {
      await (await file)?.close();
    },
  };
}

/** `priority,sequence,time,flags;message`, then lines of properties. */
export function parseRecord(record: string): string {
  const [first = ''] = record.split('\n');
  return first.slice(first.indexOf(';') + 1);
}
