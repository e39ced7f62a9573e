import { describe, expect, test } from 'vitest';
import { type Field, field } from '../../../src/dhcp/fields.ts';

function encoded<T>(of: Field<T>, value: T): string {
  const options = new Map<number, Buffer>();
  of.write(options, value);
  return options.get(of.code)?.toString('hex') ?? '';
}

function read<T>(of: Field<T>, hex: string): T | undefined {
  return of.read(new Map([[of.code, Buffer.from(hex, 'hex')]]));
}

/** Type-checks each row by itself before the rows meet in one table. */
function row<T>(of: Field<T>, value: T, code: number, hex: string) {
  return {
    code,
    hex,
    actual: { code: of.code, hex: encoded(of, value), value: read(of, hex) },
    value,
  };
}

test.each([
  row(field.subnetMask, 0xffffff00, 1, 'ffffff00'),
  row(field.routers, [0x0a000001, 0x0a000002], 3, '0a0000010a000002'),
  row(field.dnsServers, [0x08080808], 6, '08080808'),
  row(field.hostName, 'pc-01', 12, '70632d3031'),
  row(field.vendorOptions, Buffer.from('ff', 'hex'), 43, 'ff'),
  row(field.requestedAddress, 0x0a4d0091, 50, '0a4d0091'),
  row(field.leaseSeconds, 3600, 51, '00000e10'),
  row(field.messageType, 5, 53, '05'),
  row(field.serverIdentifier, 0x0a4d0001, 54, '0a4d0001'),
  row(field.parameterRequestList, [1, 3, 67], 55, '010343'),
  row(field.message, 'no', 56, '6e6f'),
  row(field.maxMessageSizeBytes, 1472, 57, '05c0'),
  row(field.renewalSeconds, 1, 58, '00000001'),
  row(field.rebindingSeconds, 2, 59, '00000002'),
  row(field.vendorClass, 'PXEClient', 60, '505845436c69656e74'),
  row(field.clientIdentifier, Buffer.from('01525400770010', 'hex'), 61, '01525400770010'),
  row(field.tftpServerName, '10.0.0.1', 66, '31302e302e302e31'),
  row(field.bootFileName, 'ipxe.efi', 67, '697078652e656669'),
  row(field.userClass, ['iPXE', 'x'], 77, '04695058450178'),
  row(field.relayAgentInformation, Buffer.from('0101ff', 'hex'), 82, '0101ff'),
  row(field.clientArchs, [7, 9], 93, '00070009'),
  row(field.clientInterface, { type: 1, major: 3, minor: 16 }, 94, '010310'),
  row(field.clientMachineId, Buffer.alloc(17, 1), 97, '01'.repeat(17)),
  row(field.ipxe, Buffer.from('130101', 'hex'), 175, '130101'),
])('option $code is written and read as $hex', ({ actual, code, hex, value }) => {
  expect(actual).toEqual({ code, hex, value });
});

describe('an ill-formed value reads as absent', () => {
  test.each([
    ['a number of the wrong size', field.leaseSeconds, '0e10'],
    ['a message type of two bytes', field.messageType, '0101'],
    ['an address of five bytes', field.serverIdentifier, '0a00000100'],
    ['an odd list of architectures', field.clientArchs, '000700'],
    ['an empty list of architectures', field.clientArchs, ''],
    ['a list of addresses with a rest', field.routers, '0a0000010a'],
    ['an interface of two bytes', field.clientInterface, '0103'],
  ] as const)('%s', (_what, of, hex) => {
    expect(read<unknown>(of, hex)).toBeUndefined();
  });
});

test('trailing NULs of a text are dropped', () => {
  expect(read(field.vendorClass, '50584500')).toBe('PXE');
});

test.each([
  ['69505845', ['iPXE']],
  ['0469505845', ['iPXE']],
  ['046950584502', ['\x04iPXE\x02']],
  ['00', ['\0']],
  ['', []],
])('user class %s is understood counted or bare', (hex, classes) => {
  expect(read(field.userClass, hex)).toEqual(classes);
});
