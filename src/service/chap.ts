import { randomBytes } from 'node:crypto';
import type { HostRow } from '../store/hosts.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Windows takes 12 to 16 bytes, and no other initiator minds. */
const secretLength = 16;
/** The bytes below it are a whole number of alphabets: a remainder would prefer the first letters. */
const fairBytes = 256 - (256 % letters.length);

/** A new random CHAP secret of 16 letters and digits, about 95 bits. */
export function makeChapSecret(): string {
  let secret = '';
  while (secret.length < secretLength) {
    for (const byte of randomBytes(secretLength - secret.length)) {
      if (byte < fairBytes) secret += letters[byte % letters.length];
    }
  }
  return secret;
}

/** What the host's next boot logs in with; null where CHAP is off for it. */
export function secretOf({ chap, chapSecret }: HostRow): string | null {
  return chap ? chapSecret : null;
}
