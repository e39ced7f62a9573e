/** A number below `limit`. */
export type Below = (limit: number) => number;

/** Xorshift: the same seed makes the same numbers, so that a failure can be repeated. */
export function createBelow(seed: number): Below {
  let state = seed | 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Longer than anything that is served; some of it must arrive in fragments. */
const longestNoiseBytes = 2_000;

/**
 * One hostile datagram: pure noise, or a real packet with bytes changed, its tail taken from another,
 * cut short or lengthened.
 */
export function hostileDatagram(originals: readonly Buffer[], below: Below): Buffer {
  if (below(8) === 0) return noise(below(longestNoiseBytes), below);
  const pick = () => originals[below(originals.length)] ?? Buffer.of();
  const parts = [pick()];
  if (below(8) === 0) parts.splice(0, 1, pick().subarray(0, below(300)), pick());
  if (below(4) === 0) parts.push(Buffer.alloc(below(900), below(256)));
  const bytes = Buffer.concat(parts);
  for (let change = below(10); change > 0; change--) bytes[below(bytes.length)] = below(256);
  return bytes.subarray(0, below(4) === 0 ? below(bytes.length) : bytes.length);
}

function noise(sizeBytes: number, below: Below): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at++) bytes[at] = below(256);
  return bytes;
}

const chaddr = { start: 28, end: 34 } as const;

/** The same DHCP message from a PC with another MAC. */
export function withForgedMac(message: Buffer, below: Below): Buffer {
  if (message.length < chaddr.end) return message;
  for (let at = chaddr.start; at < chaddr.end; at++) message[at] = below(256);
  return message;
}
