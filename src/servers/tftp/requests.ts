import type { Datagram, OpenUdp, UdpSocket } from '../../net/udp.ts';
import { encodePacket } from '../../tftp/encode.ts';
import { negotiate } from '../../tftp/options.ts';
import type { Request } from '../../tftp/packet.ts';
import { admit, fingerprint } from './admit.ts';
import { memoryContent, type TftpContent } from './content.ts';
import type { FoundFile, TftpFiles } from './files.ts';
import type { TftpLimits } from './limits.ts';
import { type Refusal, refusalAnswers } from './refusals.ts';
import type { Reporter } from './report.ts';
import type { Slot, Slots } from './slots.ts';
import { decode, openTransfer } from './transfer.ts';

/** Content made on the fly for a name, as the server at that address has it; undefined where there is no such name. */
export type FindVirtual = (
  path: string,
  serverAddress: string,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface RequestDeps {
  openUdp: OpenUdp;
  files: TftpFiles;
  findVirtual?: FindVirtual | undefined;
  limits: TftpLimits;
  slots: Slots;
  reporter: Reporter;
  now: () => number;
}

/** A request under way, as the steps below hand it on. */
interface Asked {
  /** The port 69 socket that it came to. */
  listener: UdpSocket;
  client: Slot['client'];
  path: string;
  askedMs: number;
}

/**
 * Takes one datagram of port 69: ignores it, answers with an ERROR, or starts a transfer. Never throws.
 */
export function takeRequest(deps: RequestDeps, listener: UdpSocket, datagram: Datagram): void {
  const { limits, now, reporter, slots } = deps;
  const packet = decode(datagram, reporter.ignored);
  if (!packet) return;
  const askedMs = now();
  const admission = admit(packet, datagram, slots, limits, askedMs);
  if (admission.kind === 'ignore') {
    reporter.ignored(admission.reason, datagram);
    return;
  }
  const client = { address: datagram.address, port: datagram.port };
  const asked: Asked = { listener, client, path: admission.path, askedMs };
  if (admission.kind === 'refuse') {
    refuse(deps, asked, admission.reason);
    return;
  }
  for (const slot of admission.replaces) supersede(slot);
  const slot = slots.take(client, fingerprint(datagram.bytes));
  void begin(deps, slot, asked, admission.request);
}

function supersede(slot: Slot): void {
  slot.superseded = true;
  slot.transfer?.abort('superseded');
}

async function begin(
  deps: RequestDeps,
  slot: Slot,
  asked: Asked,
  { options }: Request,
): Promise<void> {
  const found = await find(deps, asked);
  // While we looked, the client asked for something else or the server was closed.
  if (slot.superseded) {
    await found.content?.close().catch(deps.reporter.socketError);
    deps.slots.release(slot);
    return;
  }
  if (!found.content) {
    deps.slots.release(slot);
    refuse(deps, asked, found.refusal, found.cause);
    return;
  }
  try {
    slot.transfer = await run(deps, slot, asked, options, found.content);
    if (slot.superseded) slot.transfer.abort('superseded');
  } catch (cause) {
    // Out of file descriptors, the interface lost its address, or there is no way to the client.
    deps.slots.release(slot);
    await found.content.close().catch(deps.reporter.socketError);
    refuse(deps, asked, 'no-socket', cause);
  }
}

async function find({ findVirtual, files }: RequestDeps, asked: Asked): Promise<FoundFile> {
  try {
    const bytes = await findVirtual?.(asked.path, asked.listener.address);
    return bytes ? { content: memoryContent(bytes) } : await files.find(asked.path);
  } catch (cause) {
    return { refusal: 'read-failed', cause };
  }
}

function run(
  deps: RequestDeps,
  slot: Slot,
  asked: Asked,
  options: Request['options'],
  content: TftpContent,
) {
  const { limits, reporter } = deps;
  const agreement = negotiate(options, content.sizeBytes, limits);
  return openTransfer({
    openUdp: deps.openUdp,
    limits,
    serverAddress: asked.listener.address,
    client: slot.client,
    content,
    agreement,
    now: deps.now,
    onIgnored: reporter.ignored,
    onSocketError: reporter.socketError,
    onEnd({ cause, ...result }) {
      deps.slots.release(slot);
      const report = {
        ...described(deps, asked),
        sizeBytes: content.sizeBytes,
        blksize: agreement.blksizeBytes,
        windowsize: agreement.windowsize,
        ...result,
      };
      reporter.ended(report, cause);
    },
  });
}

function refuse(deps: RequestDeps, asked: Asked, refusal: Refusal, cause?: unknown): void {
  const { listener, client } = asked;
  const answer = encodePacket({ kind: 'ERROR', ...refusalAnswers[refusal] });
  listener.send(answer, client.port, client.address);
  const none = { sizeBytes: 0, blksize: 0, windowsize: 0, retransmits: 0 };
  const report = {
    ...described(deps, asked),
    ...none,
    outcome: 'refused',
    reason: refusal,
  } as const;
  deps.reporter.ended(report, cause);
}

function described({ now }: RequestDeps, { client, path, askedMs }: Asked) {
  return { address: client.address, file: path, durationMs: now() - askedMs };
}
