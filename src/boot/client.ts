import type { Arch } from './archs.ts';

/**
 * Which program is asking: a firmware's PXE or HTTP boot (`rom`), an iPXE that is not ours, in an
 * option ROM or chained (`ipxe`), or our own build, known by its user class (`own`).
 */
export type ClientStage = 'rom' | 'ipxe' | 'own';

/** How a firmware fetches its boot file; it says so in option 60. */
export type Transport = 'tftp' | 'http';

/** The user class that our own iPXE builds send in option 77. */
export const ownUserClass = 'cafeboot';

/** What an iPXE says of itself in option 175. */
export interface IpxeFeatures {
  /** "2.0.0"; null where it does not say. */
  version: string | null;
  http: boolean;
  https: boolean;
  iscsi: boolean;
}

/** The PC behind a DHCP message, as far as the message tells. */
export interface Client {
  /** Lower case, colons. */
  mac: string;
  stage: ClientStage;
  /** It looks for a server (DHCPDISCOVER): a boot begins, or goes on after nobody has answered. */
  discovers: boolean;
  /** The first value of option 93 that can boot here. */
  arch: Arch;
  transport: Transport;
  /** Option 97 as 32 hexadecimal digits in the order of the wire; null where absent or all zero. */
  guid: string | null;
  /** Option 60, cut to 64 characters. */
  vendorClass: string;
  /** The first class of option 77, cut to 64 characters; null where absent. */
  userClass: string | null;
  /** Null for a firmware. */
  ipxe: IpxeFeatures | null;
}
