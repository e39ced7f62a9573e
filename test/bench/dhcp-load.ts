/**
 * The load of the DHCP section, as a process of its own: `node dhcp-load.ts '{"server":..., ...}'` plays
 * a hall of UEFI PCs and prints one DhcpLoadResult as JSON. Closed loop: each answer makes the next
 * question, so the server is never flooded and its answers per second are what it can do.
 */
import { createSocket } from 'node:dgram';
import { parseIpv4 } from '../../src/dhcp/ipv4.ts';
import { readClientMessages } from '../fixtures/pcap.ts';
import { hallHosts } from './hall.ts';

export interface DhcpLoadOptions {
  server: string;
  /** DISCOVERs alone, REQUESTs to port 4011 alone, or first the one and then the other of each PC. */
  ask: 'discover' | 'request' | 'both';
  hosts: number;
  /** Questions under way at once. */
  window: number;
  warmUpMs: number;
  durationMs: number;
}

export interface DhcpLoadResult {
  answersPerSecond: number;
  lost: number;
}

type Question = 'discover' | 'request';

const options: DhcpLoadOptions = JSON.parse(process.argv[2] ?? '{}');
const lostAfterMs = 300;
const offset = { xid: 4, ciaddr: 12, chaddr: 28, file: 108 } as const;
const capture = 'uefi-pxe-dnsmasq-proxy';
const ports = { discover: { own: 68, to: 67 }, request: { own: 4011, to: 4011 } } as const;
const targets = { discover: '255.255.255.255', request: options.server } as const;

function messages(frame: number, hasAddress: boolean): Buffer[] {
  const original = readClientMessages(capture).find((message) => message.frame === frame);
  if (!original) throw new Error(`${capture} has no message ${frame}`);
  return hallHosts(options.hosts).map(({ mac, ip }) => {
    const bytes = Buffer.from(original.bytes);
    bytes.write(mac.replaceAll(':', ''), offset.chaddr, 'hex');
    if (hasAddress) bytes.writeUInt32BE(parseIpv4(ip), offset.ciaddr);
    return bytes;
  });
}

const questions = { discover: messages(1, false), request: messages(6, true) };
/** A PC that has an address sends from it: it would not be answered otherwise. */
const sockets = {
  discover: [await open('discover', '0.0.0.0')],
  request: await Promise.all(hallHosts(options.hosts).map(({ ip }) => open('request', ip))),
};
const underWay = new Map<number, { host: number; question: Question; sentMs: number }>();
let xid = 0;
let nextHost = 0;
let answers = 0;
let lost = 0;
let nowMs = performance.now();

async function open(question: Question, address: string) {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 4 * 1024 * 1024,
    lookup: (hostname, _options, callback) => callback(null, hostname, 4),
  });
  await new Promise<void>((resolve) => socket.bind(ports[question].own, address, resolve));
  socket.setBroadcast(true);
  socket.on('message', (bytes) => take(bytes, question));
  return socket;
}

function ask(host: number, question: Question): void {
  const bytes = questions[question][host];
  const socket = sockets[question][question === 'request' ? host : 0];
  if (!bytes || !socket) return;
  xid += 1;
  bytes.writeUInt32BE(xid, offset.xid);
  underWay.set(xid, { host, question, sentMs: nowMs });
  socket.send(bytes, ports[question].to, targets[question]);
}

function askNext(): void {
  ask(nextHost, options.ask === 'request' ? 'request' : 'discover');
  nextHost = (nextHost + 1) % options.hosts;
}

function take(bytes: Buffer, question: Question): void {
  const isReply = bytes.length >= 300 && bytes[0] === 2;
  const asked = isReply ? underWay.get(bytes.readUInt32BE(offset.xid)) : undefined;
  if (asked?.question !== question) return;
  // The boot server's answer is of use only with a file in it.
  if (question === 'request' && bytes[offset.file] === 0) return;
  underWay.delete(bytes.readUInt32BE(offset.xid));
  answers += 1;
  if (options.ask === 'both' && question === 'discover') ask(asked.host, 'request');
  else askNext();
}

const sweeper = setInterval(() => {
  nowMs = performance.now();
  for (const [id, { sentMs }] of underWay) {
    if (nowMs - sentMs < lostAfterMs) continue;
    underWay.delete(id);
    lost += 1;
    askNext();
  }
}, 20);

for (let count = 0; count < options.window; count += 1) askNext();
await passed(options.warmUpMs);
const before = { answers, lost, ms: performance.now() };
await passed(options.durationMs);
const result: DhcpLoadResult = {
  answersPerSecond: ((answers - before.answers) * 1000) / (performance.now() - before.ms),
  lost: lost - before.lost,
};
clearInterval(sweeper);
for (const socket of Object.values(sockets).flat()) socket.close();
console.log(JSON.stringify(result));

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
