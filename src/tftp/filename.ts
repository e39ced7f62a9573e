/** Why a requested name is never looked up. */
export type FilenameRefusal = 'name-empty' | 'name-too-long' | 'name-control' | 'name-escapes';

/** Longest name we look up; RFC 2347 bounds the whole request to 512 bytes. */
const maxLength = 255;

/**
 * A requested name as a path relative to a root: `a/b`, with no empty, `.` or `..` parts.
 * Windows and UEFI loaders write `\` between parts, and many ROMs put a `/` in front, so both are
 * taken as separators and a leading one means the root. Any `..` is refused, even one that would
 * stay inside: with links in the way only the kernel could tell.
 */
export function normalizeFilename(
  filename: string,
): { path: string; refusal?: never } | { path?: never; refusal: FilenameRefusal } {
  if (filename.length > maxLength) return { refusal: 'name-too-long' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  if (/[\0-\x1f\x7f]/.test(filename)) return { refusal: 'name-control' };
  const parts = filename.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { refusal: 'name-escapes' };
  if (parts.length === 0) return { refusal: 'name-empty' };
  return { path: parts.join('/') };
}
