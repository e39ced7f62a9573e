import { createHash } from 'node:crypto';

/** What is the same for equal values and for no others, in the quotes of an ETag. */
export const etagOf = (value: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)}"`;
