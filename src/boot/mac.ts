import { CafebootError } from '../errors.ts';

/**
 * Parses a MAC in any usual writing (colons, dashes, dots, bare hex) to lower case with colons.
 * Returns undefined for what is none, and for group addresses, which no NIC has of its own.
 */
export function findMac(text: string): string | undefined {
  const hex = text.trim().toLowerCase().replace(/[:.-]/g, '');
  if (!/^[0-9a-f]{12}$/.test(hex) || Number.parseInt(hex.slice(0, 2), 16) & 1) return undefined;
  return hex.replace(/(..)(?!$)/g, '$1:');
}

/** As `findMac`, but throws `invalid_value`. */
export function parseMac(text: string): string {
  const mac = findMac(text);
  if (mac === undefined) throw new CafebootError('invalid_value', { field: 'mac', value: text });
  return mac;
}

/** Twelve hex digits, as in file names and IQNs. */
export function macHex(mac: string): string {
  return mac.replaceAll(':', '');
}
