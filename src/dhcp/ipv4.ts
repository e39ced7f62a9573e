/** Dotted text of an IPv4 address given as an unsigned 32-bit number. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/**
 * The unsigned 32-bit number of a dotted IPv4 address.
 * Throws `RangeError` for anything else: addresses here come from our own configuration.
 */
export function parseIpv4(text: string): number {
  let address = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      octet = Math.max(octet, 0) * 10 + digit;
    } else {
      const separated = i === text.length || digit === -2;
      if (!separated || octet < 0 || octet > 255) throw new RangeError(`not IPv4: ${text}`);
      address = address * 256 + octet;
      octet = -1;
      octets++;
    }
  }
  if (octets !== 4) throw new RangeError(`not IPv4: ${text}`);
  return address;
}

/** Whether a host can own it: not 0/8, loopback, multicast, reserved or broadcast. */
export function isHostAddress(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
