import { field } from '../dhcp/fields.ts';
import type { Packet } from '../dhcp/packet.ts';
import { discoveryControl, encodePxeOptions, findBootItem } from '../dhcp/pxe.ts';
import type { Client, ClientStage } from './client.ts';
import type { DhcpPlan } from './plan.ts';
import { type AnswerType, type DhcpPort, questionIgnoreReasons, questionOf } from './question.ts';
import { wantsRechain } from './rechain.ts';
import { finishReply, setBootFile, startReply } from './reply.ts';

/** Why a PC's question gets no answer. */
export const decideIgnoreReasons = [
  ...questionIgnoreReasons,
  'unknown-host',
  'boots-local-disk',
  'boots-by-http',
  'no-boot-file',
] as const;

export type DecideIgnoreReason = (typeof decideIgnoreReasons)[number];

/**
 * What an answer gives: `boot-file` by TFTP, `boot-url` a boot file by HTTP, `script` an iPXE script's
 * URL, or `boot-server`, which only tells a UEFI firmware to ask us on port 4011.
 */
export type Gives = 'boot-file' | 'boot-url' | 'script' | 'boot-server';

/** An answer for the log and the timeline. */
export interface Answer {
  type: AnswerType;
  gives: Gives;
  /** The file's name or the URL; for `boot-server` the file that will be named there. */
  target: string;
  stage: ClientStage;
}

export type Decision =
  | { kind: 'reply'; packet: Packet; answer: Answer }
  | { kind: 'ignore'; reason: DecideIgnoreReason };

/**
 * Answers one message of a PC, in proxy mode: an address is never offered. Port 67 and port 4011 share
 * this function. What each firmware needs was measured from captures (test/fixtures/captures).
 */
export function decide(client: Client, packet: Packet, plan: DhcpPlan, port: DhcpPort): Decision {
  if (!plan.known && plan.unknownPolicy === 'ignore') return ignore('unknown-host');
  const type = questionOf(packet, plan, port);
  if (type !== 'offer' && type !== 'ack') return ignore(type);
  return answerAs(type, client, packet, plan);
}

/** The answer of this type, where it is known that one is due. */
export function answerAs(
  type: AnswerType,
  client: Client,
  packet: Packet,
  plan: DhcpPlan,
): Decision {
  if (plan.serves === 'nothing') return ignore('boots-local-disk');
  // Unanswered, a firmware goes on to its next boot option, which is HTTP boot.
  const isPxe = client.stage === 'rom' && client.transport === 'tftp';
  if (plan.serves === 'http-boot' && isPxe) return ignore('boots-by-http');
  const given = choose(client, plan, type);
  if (!given) return ignore('no-boot-file');

  const { server } = plan;
  const { transport, stage } = client;
  const reply = startReply(packet, { type, transport, serverAddress: server.address });
  fillIn(reply, given, server.address);
  if (needsNoBootServer(client, plan, given) && type === 'offer') {
    field.vendorOptions.write(reply.options, useOffered);
  }
  if (type === 'ack') echoBootItem(packet, reply);
  return {
    kind: 'reply',
    packet: finishReply(packet, reply),
    answer: { type, ...given, stage },
  };
}

interface Given {
  gives: Gives;
  target: string;
}

function ignore(reason: DecideIgnoreReason): Decision {
  return { kind: 'ignore', reason };
}

/** What this PC gets now; undefined where there is no boot file for its platform. */
function choose(client: Client, plan: DhcpPlan, type: AnswerType): Given | undefined {
  const { server, bootFiles } = plan;
  const inIpxe = client.stage !== 'rom';
  if (inIpxe && !wantsRechain(client, plan)) return { gives: 'script', target: server.scriptUrl };
  const bootFile = bootFiles[client.arch.platform];
  if (bootFile === undefined) return undefined;
  if (client.transport === 'http') {
    return { gives: 'boot-url', target: `${server.httpBaseUrl}/${bootFile}` };
  }
  const asksLater = !inIpxe && client.arch.platform !== 'bios' && plan.efiOffer === 'boot-server';
  return { gives: asksLater && type === 'offer' ? 'boot-server' : 'boot-file', target: bootFile };
}

function fillIn(reply: Packet, { gives, target }: Given, serverAddress: string): void {
  switch (gives) {
    case 'boot-server':
      // UEFI firmware asks 4011 also when the OFFER names a file, so none is named here.
      return;
    case 'boot-url':
      // UEFI HTTP boot reads the URL from option 67 only (UEFI 2.10 section 24.7).
      field.bootFileName.write(reply.options, target);
      return;
    default:
      setBootFile(reply, target, serverAddress);
  }
}

/** With the empty prompt, which some firmwares want beside the discovery control. */
const useOffered = encodePxeOptions({
  discoveryControl: discoveryControl.useOfferedBootFile,
  menuPrompt: { timeoutSeconds: 0, text: 'PXE' },
});

/**
 * Firmware goes straight to TFTP only where option 43 says that the OFFER has the boot file; without it
 * a BIOS ROM asks port 4011. iPXE needs no telling once it has siaddr and file.
 */
function needsNoBootServer({ stage, arch }: Client, plan: DhcpPlan, { gives }: Given): boolean {
  const isPlain = arch.platform !== 'bios' && plan.efiOffer === 'plain';
  return stage === 'rom' && gives === 'boot-file' && !isPlain;
}

/** A client that asked for a menu's item takes only an ACK that names it (PXE 2.1, boot server discovery). */
function echoBootItem(request: Packet, reply: Packet): void {
  const vendorOptions = field.vendorOptions.read(request.options);
  const bootItem = vendorOptions && findBootItem(vendorOptions);
  if (bootItem) field.vendorOptions.write(reply.options, encodePxeOptions({ bootItem }));
}
