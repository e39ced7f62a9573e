import type { Logger } from 'pino';
import type { ServedInterface } from '../../net/interfaces.ts';
import type { OpenUdp, UdpSocket } from '../../net/udp.ts';
import type { Counters } from '../../service/counters.ts';
import type { TftpFiles } from './files.ts';
import { type TftpLimits, tftpLimits } from './limits.ts';
import { createReporter, type TftpTransferReport } from './report.ts';
import { type FindVirtual, type RequestDeps, takeRequest } from './requests.ts';
import { createSlots, type Slots } from './slots.ts';

export interface TftpServerDeps {
  openUdp: OpenUdp;
  interfaces: readonly ServedInterface[];
  /** UDP port of requests; 0 lets the kernel choose one per interface. */
  port: number;
  files: TftpFiles;
  /** Asked before `files`. */
  findVirtual?: FindVirtual;
  limits?: Partial<TftpLimits>;
  onTransfer?: (report: TftpTransferReport) => void;
  counters: Counters;
  log: Logger;
}

export interface TftpServer {
  /** Where requests are taken, in the order of `interfaces`. */
  readonly endpoints: readonly { address: string; port: number }[];
  /** Tells the clients of running transfers and resolves when the request ports are free. */
  close(): Promise<void>;
}

/**
 * Starts the read-only TFTP server on the own address of every interface; each transfer has a socket
 * of its own on the address that the request came to.
 * Throws `port_in_use` or `address_missing`, with nothing left open.
 */
export async function startTftpServer(deps: TftpServerDeps): Promise<TftpServer> {
  const limits = { ...tftpLimits, ...deps.limits };
  const slots = createSlots();
  const reporter = createReporter(deps);
  const { openUdp, files, findVirtual } = deps;
  const now = () => performance.now();
  const ticker = createTicker(slots, limits.tickMs, now);
  const requestDeps = { openUdp, files, findVirtual, limits, slots, reporter, now };
  const listeners = await listen(deps, requestDeps, ticker.wake);

  return {
    endpoints: listeners.map(({ address, port }) => ({ address, port })),
    async close() {
      await closeAll(listeners);
      ticker.stop();
      for (const slot of slots.all) {
        slot.superseded = true;
        slot.transfer?.abort('shutdown', 'server is shutting down, try again');
      }
    },
  };
}

/** All or none: a server that answers on half of its interfaces would look healthy. */
async function listen(
  { openUdp, interfaces, port }: TftpServerDeps,
  requestDeps: RequestDeps,
  onRequest: () => void,
): Promise<UdpSocket[]> {
  const { limits, reporter } = requestDeps;
  const opening = interfaces.map(async ({ address }) => {
    const listener: UdpSocket = await openUdp({
      address,
      port,
      receiveBufferBytes: limits.requestBufferBytes,
      onMessage(datagram) {
        takeRequest(requestDeps, listener, datagram);
        onRequest();
      },
      onError: reporter.socketError,
    });
    return listener;
  });
  const opened = await Promise.allSettled(opening);
  const failed = opened.find((each) => each.status === 'rejected');
  const listeners = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (!failed) return listeners;
  await closeAll(listeners);
  throw failed.reason;
}

async function closeAll(sockets: readonly UdpSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.close()));
}

/** One timer for all transfers, running only while there are any. */
function createTicker(slots: Slots, tickMs: number, now: () => number) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const tick = () => {
    if (slots.all.size === 0) return stop();
    const nowMs = now();
    for (const slot of slots.all) slot.transfer?.tick(nowMs);
  };
  return {
    stop,
    wake() {
      if (slots.all.size > 0) timer ??= setInterval(tick, tickMs);
    },
  };
}
