import { createHash, randomBytes } from 'node:crypto';

/** A secret that nobody guesses, of 256 bits, in letters that cookies and headers take. */
export const makeToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of such a secret: it is random enough that a plain hash cannot be turned back. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');
