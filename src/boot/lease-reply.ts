import { broadcastFlag, messageType, op, optionCode } from '../dhcp/codes.ts';
import { field } from '../dhcp/fields.ts';
import type { Options } from '../dhcp/options.ts';
import type { Packet } from '../dhcp/packet.ts';
import type { Client } from './client.ts';
import { type Answer, answerAs } from './decide.ts';
import type { NakReason } from './lease-rules.ts';
import type { DhcpPlan } from './plan.ts';
import type { AnswerType } from './question.ts';
import { finishReply } from './reply.ts';
import type { Subnet } from './subnet.ts';

export interface LeaseReplyOptions {
  type: AnswerType;
  subnet: Subnet;
  serverAddress: number;
  /** 0 in the answer to an INFORM, which has an address of its own and gets no lease. */
  address: number;
}

/** RFC 2131 section 4.4.5: when a client begins to renew, and when to ask every server. */
const renewAfter = 0.5;
const rebindAfter = 0.875;

/** An OFFER or ACK with an address and what a host of that subnet has to know (RFC 2131 table 3). */
export function leaseReply(
  request: Packet,
  { type, subnet, serverAddress, address }: LeaseReplyOptions,
): Packet {
  const reply = emptyReply(request, messageType[type], serverAddress);
  const { options } = reply;
  reply.ciaddr = type === 'ack' ? request.ciaddr : 0;
  reply.yiaddr = address;
  if (address !== 0) {
    const { leaseSeconds } = subnet;
    field.leaseSeconds.write(options, leaseSeconds);
    field.renewalSeconds.write(options, Math.floor(leaseSeconds * renewAfter));
    field.rebindingSeconds.write(options, Math.floor(leaseSeconds * rebindAfter));
  }
  field.subnetMask.write(options, subnet.mask);
  field.broadcastAddress.write(options, subnet.broadcast);
  if (subnet.routers.length > 0) field.routers.write(options, [...subnet.routers]);
  if (subnet.dnsServers.length > 0) field.dnsServers.write(options, [...subnet.dnsServers]);
  addExtraOptions(request, subnet, options);
  return finishLeaseReply(request, reply);
}

/** A NAK; a relay agent has to broadcast it, since the client's address is what it is told to drop. */
export function leaseNak(request: Packet, serverAddress: number, reason: NakReason): Packet {
  const reply = emptyReply(request, messageType.nak, serverAddress);
  if (request.giaddr !== 0) reply.flags |= broadcastFlag;
  field.message.write(reply.options, reason);
  return finishLeaseReply(request, reply);
}

function emptyReply(request: Packet, type: number, serverAddress: number): Packet {
  const options: Options = new Map();
  field.messageType.write(options, type);
  field.serverIdentifier.write(options, serverAddress);
  return {
    op: op.reply,
    htype: request.htype,
    hops: 0,
    xid: request.xid,
    secs: 0,
    flags: request.flags,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    sname: '',
    file: '',
    options,
  };
}

/** What an administrator added goes to those that ask for it, and to those that do not say what they want. */
function addExtraOptions(request: Packet, subnet: Subnet, options: Options): void {
  const wanted = field.parameterRequestList.read(request.options);
  for (const { code, value } of subnet.options) {
    if (!wanted || wanted.includes(code)) options.set(code, value);
  }
}

/** A client identifier is repeated (RFC 6842), and the relay agent's option comes last of all (RFC 3046). */
function finishLeaseReply(request: Packet, reply: Packet): Packet {
  const identifier = field.clientIdentifier.read(request.options);
  if (identifier) field.clientIdentifier.write(reply.options, identifier);
  return finishReply(request, reply);
}

/** What of a ProxyDHCP answer a reply with an address does not take over: it has its own. */
const addressCodes: ReadonlySet<number> = new Set([
  optionCode.messageType,
  optionCode.serverIdentifier,
  optionCode.relayAgentInformation,
]);

/**
 * Adds what the PC boots to a reply with an address, decided as in proxy mode; the answer for the
 * timeline, or undefined where it boots nothing of ours.
 * With the address in the same packet a ROM and iPXE need no telling that the boot file is there: they
 * take siaddr and file as from any DHCP server since BOOTP. Options 60 and 43 would make them look for a
 * ProxyDHCP or PXE boot server, which each firmware does in its own way. HTTP boot does want its 60, and
 * a UEFI firmware that is to be told by option 43 gets both.
 */
export function addBootPart(
  client: Client,
  request: Packet,
  reply: Packet,
  plan: DhcpPlan,
  type: AnswerType,
): Answer | undefined {
  if (!plan.known && plan.unknownPolicy === 'ignore') return undefined;
  const decision = answerAs(type, client, request, { ...plan, efiOffer: 'direct' });
  if (decision.kind === 'ignore') return undefined;
  const { packet, answer } = decision;
  reply.siaddr = packet.siaddr;
  reply.sname = packet.sname;
  reply.file = packet.file;
  const isTold = client.stage === 'rom' && plan.efiOffer === 'direct';
  const isPlain = client.transport === 'tftp' && !isTold;
  for (const [code, value] of packet.options) {
    const isPxe = code === optionCode.vendorClass || code === optionCode.vendorOptions;
    if (!addressCodes.has(code) && !(isPlain && isPxe)) reply.options.set(code, value);
  }
  finishReply(request, moveLast(reply));
  return answer;
}

/** Takes the relay agent's option out, to be added again after what was added since. */
function moveLast(reply: Packet): Packet {
  reply.options.delete(optionCode.relayAgentInformation);
  return reply;
}
