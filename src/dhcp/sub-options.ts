import { optionCode } from './codes.ts';

/**
 * The first sub-option `code` of an encapsulated option (43 of PXE, 175 of iPXE), or undefined.
 * Scans without allocating; stops at END and where a length runs over.
 */
export function findSubOption(bytes: Buffer, code: number): Buffer | undefined {
  for (let at = 0; at < bytes.length; ) {
    const found = bytes[at++] ?? 0;
    if (found === optionCode.pad) continue;
    if (found === optionCode.end) return undefined;
    const end = at + 1 + (bytes[at] ?? bytes.length);
    if (end > bytes.length) return undefined;
    if (found === code) return bytes.subarray(at + 1, end);
    at = end;
  }
  return undefined;
}

/** Encapsulates sub-options, with END; each must be shorter than 256 bytes (`RangeError`). */
export function encodeSubOptions(
  subOptions: readonly (readonly [code: number, value: Buffer])[],
): Buffer {
  const parts: Buffer[] = [];
  for (const [code, value] of subOptions) {
    if (value.length > 255) throw new RangeError(`sub-option ${code} of ${value.length} bytes`);
    parts.push(Buffer.of(code, value.length), value);
  }
  return Buffer.concat([...parts, Buffer.of(optionCode.end)]);
}
