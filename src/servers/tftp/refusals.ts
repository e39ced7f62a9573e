import type { FilenameRefusal } from '../../tftp/filename.ts';
import { errorNumbers } from '../../tftp/packet.ts';
import type { FileRefusal } from './files.ts';

/** Every reason for which a request gets an ERROR; also the tail of its counter's name. */
export type Refusal =
  | FilenameRefusal
  | FileRefusal
  | 'write'
  | 'mode-netascii'
  | 'mode-mail'
  | 'mode-unknown'
  | 'no-socket';

/** What the client is told: people read it on a PC's screen. */
export const refusalAnswers: Readonly<Record<Refusal, { code: number; message: string }>> = {
  'name-empty': { code: errorNumbers.fileNotFound, message: 'no file name' },
  'name-too-long': { code: errorNumbers.fileNotFound, message: 'file name too long' },
  'name-control': { code: errorNumbers.fileNotFound, message: 'control characters in file name' },
  'name-escapes': { code: errorNumbers.accessViolation, message: 'outside of the TFTP root' },
  'outside-root': { code: errorNumbers.accessViolation, message: 'outside of the TFTP root' },
  'not-found': { code: errorNumbers.fileNotFound, message: 'file not found' },
  'not-a-file': { code: errorNumbers.accessViolation, message: 'not a regular file' },
  'not-readable': { code: errorNumbers.accessViolation, message: 'no permission to read the file' },
  'read-failed': { code: errorNumbers.undefined, message: 'the file cannot be read' },
  write: { code: errorNumbers.accessViolation, message: 'this server is read only' },
  'mode-netascii': {
    code: errorNumbers.illegalOperation,
    message: 'only octet mode, not netascii',
  },
  'mode-mail': { code: errorNumbers.illegalOperation, message: 'only octet mode, not mail' },
  'mode-unknown': { code: errorNumbers.illegalOperation, message: 'only octet mode' },
  'no-socket': { code: errorNumbers.undefined, message: 'server is out of sockets, try later' },
};
