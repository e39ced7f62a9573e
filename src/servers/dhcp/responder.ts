import type { Logger } from 'pino';
import type { Client } from '../../boot/client.ts';
import { findClientAddress } from '../../boot/client-address.ts';
import { type Answer, decide, decideIgnoreReasons } from '../../boot/decide.ts';
import { identify, identifyIgnoreReasons } from '../../boot/identify.ts';
import type { DhcpPlan } from '../../boot/plan.ts';
import type { DhcpPort } from '../../boot/question.ts';
import { broadcastAddress, type Destination, destinationOf } from '../../dhcp/addressing.ts';
import { decode } from '../../dhcp/decode.ts';
import { DecodeError, decodeErrorReasons } from '../../dhcp/decode-error.ts';
import { encode } from '../../dhcp/encode.ts';
import { formatIpv4 } from '../../dhcp/ipv4.ts';
import type { Packet } from '../../dhcp/packet.ts';
import type { ServedInterface } from '../../net/interfaces.ts';
import type { Datagram, UdpSocket } from '../../net/udp.ts';
import type { Counters } from '../../service/counters.ts';

/** What the server needs from the rest of the program for each message. */
export interface ResponderDeps {
  /** Called for every message of a PC, once per interface an answer may leave by: must be fast. */
  planFor(client: Client, iface: ServedInterface): DhcpPlan;
  onAnswer(client: Client, answer: Answer, iface: ServedInterface): void;
  /** A PC in its firmware or iPXE has, or takes, this IPv4 address. */
  onAddress(mac: string, address: string): void;
  counters: Counters;
  log: Logger;
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

/** Why a message is not even looked at by the policy. */
const ownIgnoreReasons = ['ciaddr-not-source'] as const;

/** Handles one datagram that came to `port`; answers leave by each of `outlets`. Never throws. */
export type Respond = (datagram: Datagram, port: DhcpPort, outlets: readonly Outlet[]) => void;

const ignoreReasons = [
  ...decodeErrorReasons,
  ...identifyIgnoreReasons,
  ...decideIgnoreReasons,
  ...ownIgnoreReasons,
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
    { iface, sockets }: Outlet,
  ) => {
    const decision = decide(client, request, deps.planFor(client, iface), port);
    if (decision.kind === 'ignore') return ignore(decision.reason, datagram, client);
    const to = port === 'pxe' ? senderOf(datagram) : destinationOf(request, decision.packet);
    const socket = port === 'dhcp' && to.address !== broadcastAddress ? 'directed' : port;
    sockets[socket].send(encode(decision.packet), to.port, to.address);
    counters.add(decision.answer.type === 'offer' ? 'dhcp.offers' : 'dhcp.acks');
    log.debug({ mac: client.mac, to, ...decision.answer }, 'DHCP message answered');
    deps.onAnswer(client, decision.answer, iface);
  };

  return (datagram, port, outlets) => {
    try {
      const request = decode(datagram.bytes);
      const identified = identify(request);
      if (identified.kind === 'ignore') return ignore(identified.reason, datagram);
      const { client } = identified;
      if (port === 'dhcp' && !isFromCiaddr(request, datagram)) {
        return ignore('ciaddr-not-source', datagram, client);
      }
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

/**
 * A client that has an address sends from it, and only a relay agent sends for others: an answer never
 * goes to an address that somebody merely wrote into a message.
 */
function isFromCiaddr({ ciaddr, giaddr }: Packet, { address }: Datagram): boolean {
  return ciaddr === 0 || giaddr !== 0 || formatIpv4(ciaddr) === address;
}

/** A boot server's answer goes back to where the question came from: port 4011 (UEFI) or 68 (iPXE). */
function senderOf({ address, port }: Datagram): Destination {
  return { address, port };
}
