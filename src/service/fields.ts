import { isIPv4 } from 'node:net';
import { CafebootError } from '../errors.ts';

/** Names of entries and images reach IQNs and volume names; RFC 7143 section 4.2.7 sets the characters. */
const slug = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
/** Names of hosts and groups are for people: letters of any script, so that 前台 is one. */
const label = /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,31}$/u;

export const isSlug = (value: string): boolean => slug.test(value);

/** Throws `invalid_value` unless `value` can be the name of an image or a boot entry. */
export function parseSlug(field: string, value: string): string {
  if (!isSlug(value)) throw new CafebootError('invalid_value', { field, value });
  return value;
}

/** Whether `value`, trimmed, can be the name of a host or a group. */
export const isLabel = (value: string): boolean => label.test(value.trim());

/** Throws `invalid_value` unless `value` can be the name of a host or a group. */
export function parseLabel(field: string, value: string): string {
  const trimmed = value.trim();
  if (!isLabel(value)) throw new CafebootError('invalid_value', { field, value });
  return trimmed;
}

/** Throws `invalid_value` unless `value` is an IPv4 address. */
export function parseAddress(field: string, value: string): string {
  if (!isIPv4(value)) throw new CafebootError('invalid_value', { field, value });
  return value;
}
