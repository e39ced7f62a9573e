/** BOOTP's `op` field (RFC 951). */
export const op = { request: 1, reply: 2 } as const;

/** Values of option 53 (RFC 2132 9.6). */
export const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

/** Option codes, under the names of RFC 2132 unless another RFC is given. */
export const optionCode = {
  pad: 0,
  subnetMask: 1,
  routers: 3,
  dnsServers: 6,
  hostName: 12,
  broadcastAddress: 28,
  vendorOptions: 43,
  requestedAddress: 50,
  leaseSeconds: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maxMessageSizeBytes: 57,
  renewalSeconds: 58,
  rebindingSeconds: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootFileName: 67,
  /** RFC 3004. */
  userClass: 77,
  /** RFC 3046. */
  relayAgentInformation: 82,
  /** RFC 4578. */
  clientArchs: 93,
  /** RFC 4578. */
  clientInterface: 94,
  /** RFC 4578. */
  clientMachineId: 97,
  /** iPXE's own encapsulated options (once Etherboot's). */
  ipxe: 175,
  end: 255,
} as const;

/** Bits of option 52 (RFC 2132 9.3): which header fields carry more options. */
export const overload = { file: 1, sname: 2 } as const;

/** The header's `flags` field: the client cannot yet receive unicasts (RFC 2131 2). */
export const broadcastFlag = 0x8000;

/** UDP ports: RFC 2131 4.1, and PXE 2.1 for the boot server's. */
export const udpPort = { server: 67, client: 68, pxe: 4011 } as const;
