import type { Logger } from 'pino';
import type { Client } from '../../boot/client.ts';
import { findClientAddress } from '../../boot/client-address.ts';
import { type Answer, decide, decideIgnoreReasons } from '../../boot/decide.ts';
import { identify, identifyIgnoreReasons } from '../../boot/identify.ts';
import type { DhcpPlan } from '../../boot/plan.ts';
import type { DhcpPort } from '../../boot/question.ts';
import type { Destination } from '../../dhcp/addressing.ts';
import { decode } from '../../dhcp/decode.ts';
import { DecodeError, decodeErrorReasons } from '../../dhcp/decode-error.ts';
import { encode } from '../../dhcp/encode.ts';
import type { Packet } from '../../dhcp/packet.ts';
import type { ServedInterface } from '../../net/interfaces.ts';
import type { Datagram, UdpSocket } from '../../net/udp.ts';
import type { Counters } from '../../service/counters.ts';
import { createLeaseResponder, leaserIgnoreReasons } from './lease-responder.ts';
import type { Leaser } from './leaser.ts';
import { isFromCiaddr, sendReply } from './send.ts';

/** What the server needs from the rest of the program for each message. */
export interface ResponderDeps {
  /** Called for every message of a PC, once per interface an answer may leave by: must be fast. */
  planFor(client: Client, iface: ServedInterface): DhcpPlan;
  onAnswer(client: Client, answer: Answer, iface: ServedInterface): void;
  /** A PC in its firmware or iPXE has, or takes, this IPv4 address. */
  onAddress(mac: string, address: string): void;
  counters: Counters;
  log: Logger;
  /** Full mode: gives addresses on the interfaces it serves. Absent: only PXE's part is answered. */
  leaser?: Leaser | undefined;
}

/** A served interface and the sockets bound to its address, by which its answers leave. */
export interface Outlet {
  iface: ServedInterface;
  /**
   * Answers to one address on port 67 have a socket apart (`directed`): the kernel holds datagrams to an
   * address that answers no ARP for seconds, and whoever forges `giaddr` would stop a shared socket.
   */
  sockets: Record<DhcpPort | 'directed', UdpSocket>;
}

/** Handles one datagram that came to `port`; answers leave by each of `outlets`. Never throws. */
export type Respond = (datagram: Datagram, port: DhcpPort, outlets: readonly Outlet[]) => void;

const ignoreReasons = [
  ...decodeErrorReasons,
  ...identifyIgnoreReasons,
  ...decideIgnoreReasons,
  ...leaserIgnoreReasons,
] as const;

type IgnoreReason = (typeof ignoreReasons)[number];

/** Made once, so that junk costs no string building. */
const ignoreCounterNames = new Map<IgnoreReason, string>(
  ignoreReasons.map((reason) => [reason, `dhcp.ignored.${reason}`]),
);

/** The way of one message: decode, identify, decide, encode, send, tell. */
export function createResponder(deps: ResponderDeps): Respond {
  const { counters, log } = deps;

  const ignore = (reason: IgnoreReason, { address }: Datagram, client?: Client) => {
    counters.add(ignoreCounterNames.get(reason) ?? reason);
    if (log.isLevelEnabled('debug')) {
      log.debug({ reason, from: address, mac: client?.mac }, 'DHCP message ignored');
    }
  };
  const failed = (error: unknown) => {
    counters.add('dhcp.failed');
    log.error({ err: error }, 'fault while a DHCP message was handled');
  };
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      failed(error);
    }
  };

  const noteAddress = (client: Client, request: Packet) => {
    const address = findClientAddress(request);
    if (address !== undefined) deps.onAddress(client.mac, address);
  };

  const answer = (
    client: Client,
    request: Packet,
    datagram: Datagram,
    port: DhcpPort,
    outlet: Outlet,
  ) => {
    const { iface } = outlet;
    const decision = decide(client, request, deps.planFor(client, iface), port);
    if (decision.kind === 'ignore') return ignore(decision.reason, datagram, client);
    const { packet } = decision;
    const to = port === 'dhcp' ? sendReply(outlet, request, packet) : senderOf(datagram);
    if (port === 'pxe') outlet.sockets.pxe.send(encode(packet), to.port, to.address);
    counters.add(decision.answer.type === 'offer' ? 'dhcp.offers' : 'dhcp.acks');
    log.debug({ mac: client.mac, to, ...decision.answer }, 'DHCP message answered');
    deps.onAnswer(client, decision.answer, iface);
  };

  const { leaser } = deps;
  const respondWithLease = leaser && createLeaseResponder({ ...deps, leaser, ignore, failed });

  return (datagram, port, allOutlets) => {
    try {
      // What waits for the disk or for somebody on the LAN outlives the datagram.
      const request = decode(leaser ? Buffer.from(datagram.bytes) : datagram.bytes);
      const identified = identify(request);
      const outlets =
        respondWithLease && port === 'dhcp'
          ? respondWithLease(request, identified, datagram, allOutlets)
          : allOutlets;
      if (outlets.length === 0) return;
      if (identified.kind === 'ignore') return ignore(identified.reason, datagram);
      const { client } = identified;
      if (!isFromCiaddr(request, datagram)) return ignore('ciaddr-not-source', datagram, client);
      // One fault must not keep the rest, or another interface, from its part.
      guarded(() => noteAddress(client, request));
      for (const outlet of outlets) {
        guarded(() => answer(client, request, datagram, port, outlet));
      }
    } catch (error) {
      if (error instanceof DecodeError) ignore(error.reason, datagram);
      else failed(error);
    }
  };
}

/** A boot server's answer goes back to where the question came from: port 4011 (UEFI) or 68 (iPXE). */
function senderOf({ address, port }: Datagram): Destination {
  return { address, port };
}
