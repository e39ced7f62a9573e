import { optionCode } from '../dhcp/codes.ts';
import { parseIpv4 } from '../dhcp/ipv4.ts';

/** An option as an administrator writes it, in bytes. */
export interface ExtraOption {
  code: number;
  value: Buffer;
}

/** What we say ourselves, from other settings or per PC. */
const ownCodes: ReadonlySet<number> = new Set([
  optionCode.pad,
  optionCode.subnetMask,
  optionCode.routers,
  optionCode.dnsServers,
  optionCode.broadcastAddress,
  optionCode.requestedAddress,
  optionCode.leaseSeconds,
  optionCode.overload,
  optionCode.messageType,
  optionCode.serverIdentifier,
  optionCode.parameterRequestList,
  optionCode.message,
  optionCode.maxMessageSizeBytes,
  optionCode.renewalSeconds,
  optionCode.rebindingSeconds,
  optionCode.vendorClass,
  optionCode.clientIdentifier,
  optionCode.tftpServerName,
  optionCode.bootFileName,
  optionCode.relayAgentInformation,
  optionCode.clientMachineId,
  optionCode.end,
]);

const maxValueBytes = 255;

/**
 * Parses `code:type:value`, as `42:ip:10.0.0.1,10.0.0.2`, `15:text:cafe.lan`, `26:u16:1500` or
 * `121:hex:18c0a8010a000001`. Throws `RangeError` that says what is wrong.
 */
export function parseExtraOption(text: string): ExtraOption {
  const [, codeText = '', type = '', valueText = ''] = /^(\d+):(\w+):(.+)$/s.exec(text) ?? [];
  const code = Number(codeText);
  if (codeText === '') throw new RangeError(`${text}: an option is code:type:value`);
  if (code > 254 || ownCodes.has(code)) throw new RangeError(`option ${code} is not free to set`);
  const encodeValue = encoders.get(type);
  if (!encodeValue)
    throw new RangeError(`${text}: type is one of ${[...encoders.keys()].join(' ')}`);
  const value = encodeValue(valueText);
  if (value.length > maxValueBytes) throw new RangeError(`option ${code} is too long`);
  return { code, value };
}

const encoders: ReadonlyMap<string, (text: string) => Buffer> = new Map([
  ['ip', (text) => Buffer.concat(text.split(',').map((each) => unsigned(parseIpv4(each), 4)))],
  ['text', (text) => Buffer.from(text, 'latin1')],
  ['hex', encodeHex],
  ['u8', (text) => encodeNumbers(text, 1)],
  ['u16', (text) => encodeNumbers(text, 2)],
  ['u32', (text) => encodeNumbers(text, 4)],
]);

function encodeHex(text: string): Buffer {
  const digits = text.replace(/[:\s]/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new RangeError(`${text} is not hexadecimal`);
  return Buffer.from(digits, 'hex');
}

function encodeNumbers(text: string, sizeBytes: number): Buffer {
  return Buffer.concat(
    text.split(',').map((each) => {
      const value = Number(each);
      if (!/^\d+$/.test(each) || value >= 256 ** sizeBytes) {
        throw new RangeError(`${each} is no number of ${sizeBytes} bytes`);
      }
      return unsigned(value, sizeBytes);
    }),
  );
}

function unsigned(value: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.writeUIntBE(value, 0, sizeBytes);
  return bytes;
}
