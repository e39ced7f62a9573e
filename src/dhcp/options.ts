import { optionCode } from './codes.ts';
import { DecodeError } from './decode-error.ts';

/**
 * Options by code, each as its raw bytes (possibly none), in the order of the wire.
 * Decoded values are views of the datagram, so they live as long as it does.
 */
export type Options = Map<number, Buffer>;

/** The length byte allows no more; longer options are split (RFC 3396 section 6). */
const maxPartBytes = 255;

/**
 * Adds the options found in `bytes` to `options`.
 * Parts of a repeated option are concatenated (RFC 3396 section 7); pad bytes are skipped; a missing
 * END is tolerated, as most servers do. Throws `DecodeError('truncated-option')`.
 */
export function decodeOptions(bytes: Buffer, options: Options): void {
  const { length } = bytes;
  for (let at = 0; at < length; ) {
    const code = bytes[at++] ?? 0;
    if (code === optionCode.pad) continue;
    if (code === optionCode.end) return;
    const end = at + 1 + (bytes[at] ?? length);
    if (end > length) throw new DecodeError('truncated-option');
    const part = bytes.subarray(at + 1, end);
    const earlier = options.get(code);
    options.set(code, earlier ? Buffer.concat([earlier, part]) : part);
    at = end;
  }
}

/** Bytes that `encodeOptions` will write, END included. */
export function encodedOptionsSizeBytes(options: Options): number {
  let sizeBytes = 1;
  for (const value of options.values()) {
    const parts = Math.max(1, Math.ceil(value.length / maxPartBytes));
    sizeBytes += value.length + 2 * parts;
  }
  return sizeBytes;
}

/** Writes all options and END into `bytes` from `start`, splitting long ones (RFC 3396 section 6). */
export function encodeOptions(options: Options, bytes: Buffer, start: number): void {
  let at = start;
  for (const [code, value] of options) {
    let from = 0;
    do {
      const part = Math.min(value.length - from, maxPartBytes);
      bytes[at] = code;
      bytes[at + 1] = part;
      value.copy(bytes, at + 2, from, from + part);
      at += 2 + part;
      from += part;
    } while (from < value.length);
  }
  bytes[at] = optionCode.end;
}
