import { formatIpv4, parseIpv4 } from './ipv4.ts';
import { encodeSubOptions, findSubOption } from './sub-options.ts';

/** Sub-options of option 43 when option 60 says PXEClient (PXE 2.1 table 2-1). */
export const pxeCode = {
  discoveryControl: 6,
  bootServers: 8,
  bootMenu: 9,
  menuPrompt: 10,
  bootItem: 71,
} as const;

/** Bits of sub-option 6. */
export const discoveryControl = {
  noBroadcast: 1,
  noMulticast: 2,
  onlyListedServers: 4,
  /** The OFFER names the boot file: no menu, no prompt, no boot server discovery. */
  useOfferedBootFile: 8,
} as const;

/** A boot server type and where its servers are. */
export interface PxeBootServers {
  type: number;
  /** Dotted IPv4. */
  addresses: string[];
}

export interface PxeMenuItem {
  type: number;
  text: string;
}

/** How long a menu's prompt stays; 0 picks the first item at once, 255 waits for ever. */
export interface PxePrompt {
  timeoutSeconds: number;
  text: string;
}

/** The menu item a client asks a boot server for; `layer` has bit 15 set to ask for credentials. */
export interface PxeBootItem {
  type: number;
  layer: number;
}

/** What we understand of a PXE option 43; absent or ill-formed sub-options are left out. */
export interface PxeOptions {
  discoveryControl?: number;
  bootServers?: PxeBootServers[];
  bootMenu?: PxeMenuItem[];
  menuPrompt?: PxePrompt;
  bootItem?: PxeBootItem;
}

/** The boot item an option 43 asks for, without decoding the rest. */
export function findBootItem(bytes: Buffer): PxeBootItem | undefined {
  const value = findSubOption(bytes, pxeCode.bootItem);
  if (value?.length !== 4) return undefined;
  return { type: value.readUInt16BE(0), layer: value.readUInt16BE(2) };
}

/** Decodes option 43 of a PXE message; never throws. */
export function decodePxeOptions(bytes: Buffer): PxeOptions {
  const control = findSubOption(bytes, pxeCode.discoveryControl);
  const bootServers = decodeBootServers(findSubOption(bytes, pxeCode.bootServers));
  const bootMenu = decodeMenu(findSubOption(bytes, pxeCode.bootMenu));
  const prompt = findSubOption(bytes, pxeCode.menuPrompt);
  const bootItem = findBootItem(bytes);
  return {
    ...(control?.length === 1 && { discoveryControl: control.readUInt8(0) }),
    ...(bootServers && { bootServers }),
    ...(bootMenu && { bootMenu }),
    ...(prompt?.length && {
      menuPrompt: { timeoutSeconds: prompt.readUInt8(0), text: prompt.toString('latin1', 1) },
    }),
    ...(bootItem && { bootItem }),
  };
}

/** Encodes option 43 with its own END, which Intel's ROMs want. */
export function encodePxeOptions(options: PxeOptions): Buffer {
  const subOptions: [number, Buffer][] = [];
  if (options.discoveryControl !== undefined) {
    subOptions.push([pxeCode.discoveryControl, Buffer.of(options.discoveryControl)]);
  }
  if (options.bootServers) {
    subOptions.push([pxeCode.bootServers, Buffer.concat(options.bootServers.map(encodeServers))]);
  }
  if (options.bootMenu) {
    subOptions.push([pxeCode.bootMenu, Buffer.concat(options.bootMenu.map(encodeMenuItem))]);
  }
  if (options.menuPrompt) {
    const { timeoutSeconds, text } = options.menuPrompt;
    const value = Buffer.concat([Buffer.of(timeoutSeconds), Buffer.from(text, 'latin1')]);
    subOptions.push([pxeCode.menuPrompt, value]);
  }
  if (options.bootItem) {
    const { type, layer } = options.bootItem;
    subOptions.push([pxeCode.bootItem, Buffer.concat([unsigned16(type), unsigned16(layer)])]);
  }
  return encodeSubOptions(subOptions);
}

function decodeBootServers(bytes: Buffer | undefined): PxeBootServers[] | undefined {
  if (!bytes) return undefined;
  const servers: PxeBootServers[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 3 + (bytes[at + 2] ?? bytes.length) * 4;
    if (end > bytes.length) return undefined;
    const addresses: string[] = [];
    for (let each = at + 3; each < end; each += 4) {
      addresses.push(formatIpv4(bytes.readUInt32BE(each)));
    }
    servers.push({ type: bytes.readUInt16BE(at), addresses });
    at = end;
  }
  return servers;
}

function encodeServers({ type, addresses }: PxeBootServers): Buffer {
  const bytes = Buffer.alloc(3 + 4 * addresses.length);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt8(addresses.length, 2);
  for (const [index, address] of addresses.entries()) {
    bytes.writeUInt32BE(parseIpv4(address), 3 + 4 * index);
  }
  return bytes;
}

function decodeMenu(bytes: Buffer | undefined): PxeMenuItem[] | undefined {
  if (!bytes) return undefined;
  const items: PxeMenuItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 3 + (bytes[at + 2] ?? bytes.length);
    if (end > bytes.length) return undefined;
    items.push({ type: bytes.readUInt16BE(at), text: bytes.toString('latin1', at + 3, end) });
    at = end;
  }
  return items;
}

function encodeMenuItem({ type, text }: PxeMenuItem): Buffer {
  return Buffer.concat([unsigned16(type), Buffer.of(text.length), Buffer.from(text, 'latin1')]);
}

function unsigned16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 255);
}
