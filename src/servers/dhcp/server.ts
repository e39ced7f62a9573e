import type { DhcpPort } from '../../boot/question.ts';
import { parseIpv4 } from '../../dhcp/ipv4.ts';
import type { ServedInterface } from '../../net/interfaces.ts';
import type { Datagram, OpenUdp, UdpSocket } from '../../net/udp.ts';
import { createResponder, type Outlet, type ResponderDeps } from './responder.ts';

export interface DhcpServerDeps extends ResponderDeps {
  openUdp: OpenUdp;
  /** The interfaces to serve; each answers with its own address. */
  interfaces: readonly ServedInterface[];
  /** Where to listen: 67 and 4011 unless moved. Clients are always answered on their own port. */
  ports: Record<DhcpPort, number>;
}

export interface DhcpServer {
  close(): Promise<void>;
}

/** A hall of PCs switched on at once sends its DISCOVERs within the same second. */
const receiveBufferBytes = 4 * 1024 * 1024;

/**
 * Starts ProxyDHCP and the PXE boot server.
 * A socket bound to an address gets no broadcasts, and a wildcard one does not tell where they arrived
 * nor where they leave (Node has no SO_BINDTODEVICE). So one wildcard socket hears broadcasts, and each
 * served address has a socket for its unicasts and its answers.
 * Throws `port_in_use` or `address_missing`, with nothing left open.
 */
export async function startDhcpServer(deps: DhcpServerDeps): Promise<DhcpServer> {
  const { openUdp, interfaces, ports } = deps;
  const respond = createResponder(deps);
  const outlets: Outlet[] = [];
  const open: UdpSocket[] = [];
  const onSocketError = createErrorTeller(deps);

  const close = async () => {
    await Promise.all(open.splice(0).map((socket) => socket.close()));
  };
  const listen = async (address: string, port: DhcpPort, onMessage: (d: Datagram) => void) => {
    const socket = await openUdp({
      address,
      port: ports[port],
      broadcast: true,
      // Only 67 has both a wildcard and bound sockets; so a second server on 4011 is noticed.
      shared: port === 'dhcp',
      receiveBufferBytes,
      onMessage,
      onError: onSocketError,
    });
    open.push(socket);
    return socket;
  };

  try {
    for (const iface of interfaces) {
      const own: Outlet[] = [];
      const dhcp = await listen(iface.address, 'dhcp', (each) => respond(each, 'dhcp', own));
      const directed = await listen(iface.address, 'dhcp', (each) => respond(each, 'dhcp', own));
      const pxe = await listen(iface.address, 'pxe', (each) => respond(each, 'pxe', own));
      own.push({ iface, sockets: { dhcp, directed, pxe } });
      outlets.push(...own);
    }
    await listen('0.0.0.0', 'dhcp', (each) =>
      respond(each, 'dhcp', outletsTowards(each.address, outlets)),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/**
 * Counts socket errors and warns of the first of each kind only: whoever forges addresses we cannot
 * send to must not fill the log.
 */
function createErrorTeller({ counters, log }: DhcpServerDeps): (error: Error) => void {
  const told = new Set<string>();
  return (error) => {
    counters.add('dhcp.socket-errors');
    const kind = 'code' in error ? String(error.code) : error.name;
    if (told.has(kind)) return;
    told.add(kind);
    log.warn({ err: error }, 'DHCP socket error; more of this kind are only counted');
  };
}

/**
 * The outlets on the sender's LAN. A PC that has no address yet may be on any of them, and so may one
 * whose address fits none.
 */
function outletsTowards(sender: string, outlets: readonly Outlet[]): readonly Outlet[] {
  if (outlets.length === 1 || sender === '0.0.0.0') return outlets;
  const near = outlets.filter(({ iface }) => isSameSubnet(iface, sender));
  return near.length > 0 ? near : outlets;
}

function isSameSubnet({ address, netmask }: ServedInterface, other: string): boolean {
  return ((parseIpv4(address) ^ parseIpv4(other)) & parseIpv4(netmask)) === 0;
}
