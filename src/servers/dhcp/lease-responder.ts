import type { Identified } from '../../boot/identify.ts';
import { findLeaseMessage, type LeaseMessage } from '../../boot/lease-message.ts';
import { addBootPart, leaseNak, leaseReply } from '../../boot/lease-reply.ts';
import { leaseIgnoreReasons } from '../../boot/lease-rules.ts';
import type { Subnet } from '../../boot/subnet.ts';
import { messageType, op } from '../../dhcp/codes.ts';
import { formatIpv4, parseIpv4 } from '../../dhcp/ipv4.ts';
import type { Packet } from '../../dhcp/packet.ts';
import type { Datagram } from '../../net/udp.ts';
import type { LeaseOutcome } from '../../service/leases.ts';
import { createAsksAgain, findSubnetFor, type Leaser } from './leaser.ts';
import type { Outlet, ResponderDeps } from './responder.ts';
import { isFromCiaddr, sendReply } from './send.ts';

/** Why a message gets no answer in full mode. */
export const leaserIgnoreReasons = [
  ...leaseIgnoreReasons,
  'not-a-request',
  'own-question',
  'no-client',
  'no-subnet',
  'ciaddr-not-source',
  'look-under-way',
  'exhausted',
] as const;
export type LeaserIgnoreReason = (typeof leaserIgnoreReasons)[number];

export interface LeaseResponderDeps extends ResponderDeps {
  leaser: Leaser;
  ignore: (reason: LeaserIgnoreReason, datagram: Datagram) => void;
  failed: (error: unknown) => void;
}

/** Answers a message where we give addresses, and returns the outlets where we do not. Never throws. */
export type RespondWithLease = (
  request: Packet,
  identified: Identified,
  datagram: Datagram,
  outlets: readonly Outlet[],
) => readonly Outlet[];

interface Question {
  request: Packet;
  identified: Identified;
  message: LeaseMessage;
  subnet: Subnet;
  outlet: Outlet;
}

/** The way of one message in full mode: whose subnet, the rules, the boot part, send. */
export function createLeaseResponder(deps: LeaseResponderDeps): RespondWithLease {
  const { leaser, counters, log, ignore, failed } = deps;
  const asksAgain = createAsksAgain(() => performance.now());
  const isOwn = (address: number) => leaser.ownAddresses.has(formatIpv4(address));

  function send(question: Question, outcome: LeaseOutcome): void {
    const { request, message, outlet } = question;
    const reply = replyTo(question, outcome);
    if (!reply) return;
    if (reply.yiaddr !== 0 && outcome.kind === 'ack') {
      deps.onAddress(message.client, formatIpv4(reply.yiaddr));
    }
    const to = sendReply(outlet, request, reply);
    log.debug({ client: message.client, to, answer: outcome.kind }, 'DHCP message answered');
  }

  function replyTo(question: Question, outcome: LeaseOutcome): Packet | undefined {
    const { request, subnet, outlet } = question;
    const serverAddress = parseIpv4(outlet.iface.address);
    switch (outcome.kind) {
      case 'offer':
      case 'ack':
      case 'inform': {
        const type = outcome.kind === 'offer' ? 'offer' : 'ack';
        const address = outcome.kind === 'inform' ? 0 : outcome.address;
        const reply = leaseReply(request, { type, subnet, serverAddress, address });
        addBoot(question, reply, type);
        counters.add(type === 'offer' ? 'dhcp.offers' : 'dhcp.acks');
        return reply;
      }
      case 'nak':
        counters.add('dhcp.naks');
        return leaseNak(request, serverAddress, outcome.reason);
      default:
        return undefined;
    }
  }

  /** A fault here must not keep a PC from its address. */
  function addBoot(
    { request, identified, outlet }: Question,
    reply: Packet,
    type: 'offer' | 'ack',
  ) {
    if (identified.kind === 'ignore') return;
    const { client } = identified;
    try {
      const plan = deps.planFor(client, outlet.iface);
      const answer = addBootPart(client, request, reply, plan, type);
      // The ACK repeats what the OFFER said: the timeline tells it once.
      if (answer && type === 'offer') deps.onAnswer(client, answer, outlet.iface);
    } catch (error) {
      failed(error);
    }
  }

  async function answer(question: Question, datagram: Datagram): Promise<void> {
    const { request, message, subnet, outlet } = question;
    const outcome = await leaser.leases.handle(message, {
      subnet,
      serverAddress: parseIpv4(outlet.iface.address),
      isOwn,
      findOwner: request.giaddr === 0 ? leaser.findOwner : undefined,
    });
    if (outcome.kind === 'ignore') ignore(outcome.reason, datagram);
    else if (outcome.kind === 'wait') ignore('look-under-way', datagram);
    else if (outcome.kind === 'exhausted') ignore('exhausted', datagram);
    else if (outcome.kind === 'released') counters.add('dhcp.releases');
    else if (outcome.kind === 'declined') counters.add('dhcp.declines');
    else send(question, outcome);
  }

  /** Where the message is answered; see `createAsksAgain`. */
  function choose(questions: Question[], datagram: Datagram): Question[] {
    const [first] = questions;
    if (!first || questions.length === 1 || datagram.address !== '0.0.0.0') return questions;
    const { message } = first;
    if (asksAgain(message) || message.type !== messageType.discover) return questions;
    const known = questions.filter(({ subnet }) => leaser.leases.isKnownIn(message.client, subnet));
    return known.length > 0 ? known : questions;
  }

  return (request, identified, datagram, outlets) => {
    const subnets = outlets.map(({ iface }) => findSubnetFor(request, iface, leaser));
    const own = outlets.filter(({ iface }, index) => subnets[index] || leaser.serves(iface));
    if (own.length === 0) return outlets;
    const others = outlets.filter((outlet) => !own.includes(outlet));
    const message = findLeaseMessage(request);
    const refusal = refusalOf(request, message, datagram, leaser);
    if (refusal || !message) {
      ignore(refusal ?? 'no-client', datagram);
      return others;
    }
    const questions = outlets.flatMap((outlet, index) => {
      const subnet = subnets[index];
      return subnet ? [{ request, identified, message, subnet, outlet }] : [];
    });
    if (questions.length === 0) ignore('no-subnet', datagram);
    for (const question of choose(questions, datagram)) {
      void answer(question, datagram).catch(failed);
    }
    return others;
  };
}

function refusalOf(
  request: Packet,
  message: LeaseMessage | undefined,
  datagram: Datagram,
  { ownAddresses }: Leaser,
): LeaserIgnoreReason | undefined {
  if (request.op !== op.request) return 'not-a-request';
  // Our own search for other servers.
  if (request.giaddr === 0 && ownAddresses.has(datagram.address)) return 'own-question';
  if (!message) return 'no-client';
  return isFromCiaddr(request, datagram) ? undefined : 'ciaddr-not-source';
}
