import { findSubOption } from '../dhcp/sub-options.ts';
import type { IpxeFeatures } from './client.ts';

/** Sub-options of 175 (iPXE's dhcp.h and features.h); a feature's value is its revision, 0 is none. */
const code = { iscsi: 0x11, http: 0x13, https: 0x14, version: 0xeb } as const;

/** Reads option 175; an iPXE without it can only be taken to have nothing. */
export function readIpxeFeatures(option: Buffer | undefined): IpxeFeatures {
  if (!option) return { version: null, http: false, https: false, iscsi: false };
  const version = findSubOption(option, code.version);
  return {
    version: version?.length === 3 ? version.join('.') : null,
    http: hasFeature(option, code.http),
    https: hasFeature(option, code.https),
    iscsi: hasFeature(option, code.iscsi),
  };
}

function hasFeature(option: Buffer, feature: number): boolean {
  return (findSubOption(option, feature)?.[0] ?? 0) > 0;
}
