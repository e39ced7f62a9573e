import { optionCode } from './codes.ts';
import type { Options } from './options.ts';
import { decodeUserClass, encodeUserClass } from './user-class.ts';

/** A typed view of one option. */
export interface Field<T> {
  readonly code: number;
  /** The value, or undefined where the option is absent or its length is wrong for its type. */
  read(options: Options): T | undefined;
  write(options: Options, value: T): void;
}

/** UNDI version of option 94 (RFC 4578 2.2); type 1 is UNDI. */
export interface ClientInterface {
  type: number;
  major: number;
  minor: number;
}

/** The options this program understands, by name. All others stay raw in `Options`. */
export const field = {
  subnetMask: address(optionCode.subnetMask),
  routers: addressList(optionCode.routers),
  dnsServers: addressList(optionCode.dnsServers),
  hostName: text(optionCode.hostName),
  broadcastAddress: address(optionCode.broadcastAddress),
  vendorOptions: raw(optionCode.vendorOptions),
  requestedAddress: address(optionCode.requestedAddress),
  leaseSeconds: unsigned(optionCode.leaseSeconds, 4),
  messageType: unsigned(optionCode.messageType, 1),
  serverIdentifier: address(optionCode.serverIdentifier),
  parameterRequestList: numberList(optionCode.parameterRequestList, 1),
  message: text(optionCode.message),
  maxMessageSizeBytes: unsigned(optionCode.maxMessageSizeBytes, 2),
  renewalSeconds: unsigned(optionCode.renewalSeconds, 4),
  rebindingSeconds: unsigned(optionCode.rebindingSeconds, 4),
  vendorClass: text(optionCode.vendorClass),
  clientIdentifier: raw(optionCode.clientIdentifier),
  tftpServerName: text(optionCode.tftpServerName),
  bootFileName: text(optionCode.bootFileName),
  userClass: codec(optionCode.userClass, decodeUserClass, encodeUserClass),
  relayAgentInformation: raw(optionCode.relayAgentInformation),
  clientArchs: numberList(optionCode.clientArchs, 2),
  clientInterface: codec(optionCode.clientInterface, decodeInterface, encodeInterface),
  clientMachineId: raw(optionCode.clientMachineId),
  ipxe: raw(optionCode.ipxe),
} as const;

function codec<T>(
  code: number,
  decodeValue: (bytes: Buffer) => T | undefined,
  encodeValue: (value: T) => Buffer,
): Field<T> {
  return {
    code,
    read(options) {
      const bytes = options.get(code);
      return bytes && decodeValue(bytes);
    },
    write(options, value) {
      options.set(code, encodeValue(value));
    },
  };
}

function raw(code: number): Field<Buffer> {
  return codec(
    code,
    (bytes) => bytes,
    (bytes) => bytes,
  );
}

function unsigned(code: number, sizeBytes: 1 | 2 | 4): Field<number> {
  return codec(
    code,
    (bytes) => (bytes.length === sizeBytes ? bytes.readUIntBE(0, sizeBytes) : undefined),
    (value) => encodeNumbers([value], sizeBytes),
  );
}

function numberList(code: number, sizeBytes: 1 | 2 | 4): Field<number[]> {
  return codec(
    code,
    (bytes) => decodeNumbers(bytes, sizeBytes),
    (values) => encodeNumbers(values, sizeBytes),
  );
}

function address(code: number): Field<number> {
  return unsigned(code, 4);
}

function addressList(code: number): Field<number[]> {
  return numberList(code, 4);
}

/** Latin-1, without the trailing NULs some ROMs add (RFC 2132 section 2 wants none). */
function text(code: number): Field<string> {
  return codec(
    code,
    (bytes) => {
      let { length } = bytes;
      while (length > 0 && bytes[length - 1] === 0) length--;
      return bytes.toString('latin1', 0, length);
    },
    (value) => Buffer.from(value, 'latin1'),
  );
}

function decodeNumbers(bytes: Buffer, sizeBytes: number): number[] | undefined {
  if (bytes.length === 0 || bytes.length % sizeBytes !== 0) return undefined;
  const values: number[] = [];
  for (let at = 0; at < bytes.length; at += sizeBytes) values.push(bytes.readUIntBE(at, sizeBytes));
  return values;
}

function encodeNumbers(values: readonly number[], sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * sizeBytes);
  for (const [index, value] of values.entries()) {
    bytes.writeUIntBE(value, index * sizeBytes, sizeBytes);
  }
  return bytes;
}

function decodeInterface(bytes: Buffer): ClientInterface | undefined {
  if (bytes.length !== 3) return undefined;
  const [type = 0, major = 0, minor = 0] = bytes;
  return { type, major, minor };
}

function encodeInterface({ type, major, minor }: ClientInterface): Buffer {
  return Buffer.of(type, major, minor);
}
