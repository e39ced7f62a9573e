const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * The MAC of an Ethernet `chaddr`, lower case with colons.
 * Undefined where no NIC can own it: not 6 bytes, a group address, or all zero.
 */
export function findMacOf(chaddr: Buffer): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = chaddr;
  if (chaddr.length !== 6 || a & 1 || (a | b | c | d | e | f) === 0) return undefined;
  return `${hex[a]}:${hex[b]}:${hex[c]}:${hex[d]}:${hex[e]}:${hex[f]}`;
}
