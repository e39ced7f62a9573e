import { messageType, op } from '../dhcp/codes.ts';
import { field } from '../dhcp/fields.ts';
import { parseIpv4 } from '../dhcp/ipv4.ts';
import type { Options } from '../dhcp/options.ts';
import type { Packet } from '../dhcp/packet.ts';
import type { Transport } from './client.ts';
import type { AnswerType } from './question.ts';

/** The longest text of the header's `file`, which must end with a NUL. */
const maxFileLength = 127;

/**
 * A reply with all that does not depend on what is booted (RFC 2131 table 3): the request's identity
 * echoed, who we are, and that we serve PXE.
 * `yiaddr` stays 0 and there is no lease time: the router gives addresses. Where this machine is the
 * DHCP server itself, `addBootPart` copies what is booted from such a reply into the lease's.
 */
export function startReply(
  request: Packet,
  { type, transport, serverAddress }: StartReplyOptions,
): Packet {
  const address = parseIpv4(serverAddress);
  const options: Options = new Map();
  field.messageType.write(options, type === 'offer' ? messageType.offer : messageType.ack);
  field.serverIdentifier.write(options, address);
  // Firmware takes a reply for a boot server's only by this name.
  field.vendorClass.write(options, transport === 'http' ? 'HTTPClient' : 'PXEClient');
  echo(field.clientMachineId.code, request.options, options);
  return {
    op: op.reply,
    htype: request.htype,
    hops: 0,
    xid: request.xid,
    secs: 0,
    flags: request.flags,
    ciaddr: type === 'ack' ? request.ciaddr : 0,
    yiaddr: 0,
    siaddr: address,
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    sname: '',
    file: '',
    options,
  };
}

interface StartReplyOptions {
  type: AnswerType;
  transport: Transport;
  serverAddress: string;
}

/** Echoes the relay agent's option, last of all (RFC 3046 section 2.2). */
export function finishReply(request: Packet, reply: Packet): Packet {
  echo(field.relayAgentInformation.code, request.options, reply.options);
  return reply;
}

/**
 * Names the boot file or URL in `file`, where every ROM looks, or in option 67 where it is too long.
 * `sname` says where in text: without it some ROMs ask port 4011 all the same.
 */
export function setBootFile(reply: Packet, target: string, serverAddress: string): void {
  reply.sname = serverAddress;
  if (target.length <= maxFileLength) reply.file = target;
  else field.bootFileName.write(reply.options, target);
}

function echo(code: number, from: Options, to: Options): void {
  const value = from.get(code);
  if (value) to.set(code, value);
}
