/**
 * The TFTP packets of RFC 1350 with the option extension of RFC 2347. Strings are as on the wire;
 * option names are folded to lower case, since RFC 2347 makes them case-insensitive.
 */
export type Packet = Request | Data | Ack | ErrorPacket | OptionAck;

export interface Request {
  kind: 'RRQ' | 'WRQ';
  filename: string;
  /** Lower case; `octet`, `netascii` and `mail` are the ones RFC 1350 knows. */
  mode: string;
  options: ReadonlyMap<string, string>;
}

export interface Data {
  kind: 'DATA';
  /** 16 bits: it rolls over to 0 after 65535. */
  block: number;
  payload: Uint8Array;
}

export interface Ack {
  kind: 'ACK';
  block: number;
}

export interface ErrorPacket {
  kind: 'ERROR';
  code: number;
  message: string;
}

export interface OptionAck {
  kind: 'OACK';
  options: ReadonlyMap<string, string>;
}

export const opcodes = { RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6 } as const;

/** RFC 1350 section 5 and RFC 2347 section 2. */
export const errorNumbers = {
  undefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionNegotiation: 8,
} as const;

/** Opcode and block number in front of a DATA packet's payload. */
export const dataHeaderBytes = 4;

/** RFC 2347: "The maximum size of a request packet is 512 octets". */
export const maxRequestBytes = 512;

/** RFC 2348: blksize is 8 to 65464. */
export const maxPayloadBytes = 65_464;
