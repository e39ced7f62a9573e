import { macHex } from '../../boot/mac.ts';
import type { Services } from '../../service/services.ts';

type UnknownHost = ReturnType<Services['unknownHosts']['list']>[number];

/** A PC that is in no list yet. */
export const toUnknown = ({ mac, arch, firstSeenAt, lastSeenAt }: UnknownHost) => ({
  ...{ mac, firstSeenAt, lastSeenAt },
  hex: macHex(mac),
  // RFC 4578 section 2.1: 0 is the PC BIOS.
  firmware: arch === 0 ? 'BIOS' : 'UEFI',
});
