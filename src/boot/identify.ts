import { messageType, op } from '../dhcp/codes.ts';
import { field } from '../dhcp/fields.ts';
import type { Packet } from '../dhcp/packet.ts';
import { findArch } from './archs.ts';
import { type Client, type ClientStage, ownUserClass, type Transport } from './client.ts';
import { findMacOf } from './hardware-address.ts';
import { readIpxeFeatures } from './ipxe-features.ts';

/** Why a message is not from a PC that could boot here. */
export const identifyIgnoreReasons = [
  'not-a-request',
  'no-message-type',
  'not-pxe',
  'bad-mac',
  'no-arch',
  'unknown-arch',
  'no-client-interface',
] as const;

export type IdentifyIgnoreReason = (typeof identifyIgnoreReasons)[number];

export type Identified =
  | { kind: 'client'; client: Client }
  | { kind: 'ignore'; reason: IdentifyIgnoreReason };

const ethernet = 1;

/** Names from the network are kept no longer than this; real ones have 32 characters. */
const maxNameLength = 64;

/**
 * Tells which PC sent a message, and which program on it.
 * RFC 4578 makes options 60, 93, 94 and 97 mandatory for a firmware. Some leave 97 out and are served
 * all the same; an iPXE needs no 94. The cheapest tests come first: most DHCP on a LAN is not PXE.
 */
export function identify(packet: Packet): Identified {
  const { options } = packet;
  if (packet.op !== op.request) return ignore('not-a-request');
  if (!options.has(field.messageType.code)) return ignore('no-message-type');
  const transport = findTransport(options.get(field.vendorClass.code));
  if (!transport) return ignore('not-pxe');
  const mac = packet.htype === ethernet ? findMacOf(packet.chaddr) : undefined;
  if (!mac) return ignore('bad-mac');

  const archNumbers = field.clientArchs.read(options);
  if (!archNumbers) return ignore('no-arch');
  const arch = archNumbers.map(findArch).find((each) => each !== undefined);
  if (!arch) return ignore('unknown-arch');

  const userClass = field.userClass.read(options)?.[0]?.slice(0, maxNameLength) ?? null;
  const stage = stageOf(userClass, options.has(field.ipxe.code));
  if (stage === 'rom' && !options.has(field.clientInterface.code)) {
    return ignore('no-client-interface');
  }
  return {
    kind: 'client',
    client: {
      mac,
      stage,
      discovers: field.messageType.read(options) === messageType.discover,
      arch,
      transport,
      guid: findGuid(options.get(field.clientMachineId.code)),
      vendorClass: field.vendorClass.read(options)?.slice(0, maxNameLength) ?? '',
      userClass,
      ipxe: stage === 'rom' ? null : readIpxeFeatures(options.get(field.ipxe.code)),
    },
  };
}

function ignore(reason: IdentifyIgnoreReason): Identified {
  return { kind: 'ignore', reason };
}

const pxeClient = Buffer.from('PXEClient');
const httpClient = Buffer.from('HTTPClient');

/** Option 60 is the bare name (stock iPXE, chained) or goes on with `:Arch:` (PXE 2.1 table 2-1). */
function findTransport(vendorClass: Buffer | undefined): Transport | undefined {
  if (!vendorClass) return undefined;
  if (startsWithName(vendorClass, pxeClient)) return 'tftp';
  if (startsWithName(vendorClass, httpClient)) return 'http';
  return undefined;
}

function startsWithName(vendorClass: Buffer, name: Buffer): boolean {
  if (vendorClass.length < name.length) return false;
  if (vendorClass.compare(name, 0, name.length, 0, name.length) !== 0) return false;
  const next = vendorClass[name.length] ?? 0;
  return next === 0 || next === 0x3a;
}

/** Every iPXE sends option 175, whatever user class it was built to send; a firmware never does. */
function stageOf(userClass: string | null, hasIpxeOption: boolean): ClientStage {
  if (userClass === ownUserClass) return 'own';
  return hasIpxeOption || userClass === 'iPXE' ? 'ipxe' : 'rom';
}

/** Option 97 is a type (0) and a UUID; PCs whose maker set none send zeros (OVMF does). */
function findGuid(machineId: Buffer | undefined): string | null {
  if (machineId?.length !== 17 || machineId[0] !== 0) return null;
  for (let at = 1; at < machineId.length; at++) {
    if (machineId[at] !== 0) return machineId.toString('hex', 1);
  }
  return null;
}
