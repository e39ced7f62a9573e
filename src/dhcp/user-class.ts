/**
 * The classes in option 77. RFC 3004 wants each behind its length, but iPXE and several ROMs send one
 * bare text; so bytes that do not split exactly into counted classes are that one text.
 */
export function decodeUserClass(bytes: Buffer): string[] {
  const classes: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + (bytes[at] ?? 0);
    if (end === at + 1 || end > bytes.length) return [bytes.toString('latin1')];
    classes.push(bytes.toString('latin1', at + 1, end));
    at = end;
  }
  return classes;
}

/** RFC 3004 form. Classes are latin-1 and 1 to 255 characters long. */
export function encodeUserClass(classes: readonly string[]): Buffer {
  return Buffer.concat(
    classes.flatMap((each) => [Buffer.of(each.length), Buffer.from(each, 'latin1')]),
  );
}
