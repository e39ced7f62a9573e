import type { Options } from './options.ts';

/** A DHCP message under the field names of RFC 2131 figure 1. */
export interface Packet {
  /** 1 BOOTREQUEST, 2 BOOTREPLY. */
  op: number;
  /** Hardware type; 1 is Ethernet. */
  htype: number;
  hops: number;
  xid: number;
  secs: number;
  flags: number;
  /** IPv4 addresses are unsigned 32-bit numbers; 0 means none. */
  ciaddr: number;
  yiaddr: number;
  siaddr: number;
  giaddr: number;
  /** The client's hardware address; its length is the header's `hlen`, at most 16. */
  chaddr: Buffer;
  /** Latin-1 text up to the first NUL; empty where option 52 lent the field to options. */
  sname: string;
  /** As `sname`. */
  file: string;
  options: Options;
}

/** Where the header's fields lie (RFC 2131 figure 1). */
export const layout = {
  chaddr: { start: 28, end: 44 },
  sname: { start: 44, end: 108 },
  file: { start: 108, end: 236 },
  cookie: 236,
  options: 240,
} as const;

/** The first four bytes of the options field (RFC 2131 section 3). */
export const magicCookie = 0x63825363;
