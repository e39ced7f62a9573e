import { macHex } from '../boot/mac.ts';

/**
 * Target names, as sites have them in their PCs already: `<prefix>:sn.<entry>.<mac>` for a host's own
 * disks, `<prefix>:sn.<entry>` for the drafts that super mode boots. `<prefix>:capture.<mac>` is what a PC
 * captures its own disk to. The initiator carries the same name as its target. Lower case, since RFC 3722
 * folds IQNs and targets compare bytes.
 */
export function hostTargetName(prefix: string, entry: string, mac: string): string {
  return `${superTargetName(prefix, entry)}.${macHex(mac)}`;
}

export function superTargetName(prefix: string, entry: string): string {
  return `${prefix}:sn.${entry.toLowerCase()}`;
}

export function captureTargetName(prefix: string, mac: string): string {
  return `${prefix}:capture.${macHex(mac)}`;
}
