/** Why a datagram is not a DHCP message; each is counted under its own name. */
export const decodeErrorReasons = [
  'too-short',
  'too-long',
  'bad-cookie',
  'bad-hardware-address',
  'truncated-option',
] as const;

export type DecodeErrorReason = (typeof decodeErrorReasons)[number];

/** The only thing `decode` throws. */
export class DecodeError extends Error {
  readonly reason: DecodeErrorReason;

  constructor(reason: DecodeErrorReason) {
    super(`not a DHCP message: ${reason}`);
    this.name = 'DecodeError';
    this.reason = reason;
  }
}
