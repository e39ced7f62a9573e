import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootFileNames } from '../../src/boot/firmware.ts';
import { messageType } from '../../src/dhcp/codes.ts';
import { decode } from '../../src/dhcp/decode.ts';
import { field } from '../../src/dhcp/fields.ts';
import { type Appliance, startAppliance } from '../interop/appliance.ts';
import { createLan, type Node } from '../interop/netns.ts';
import type { FloodOptions, FloodResult } from './flood.ts';

export interface FuzzOptions {
  /** Hostile datagrams to each of the ports 67, 4011 and 69. */
  count: number;
  seed: number;
}

export interface FuzzReport {
  /** Datagrams of the measured flood, and how many of them the server's counters tell of. */
  sent: number;
  counted: number;
  /** Questions of a real PC amid the flood that had to be asked again. */
  repeated: number;
  grownBytes: number;
  /** Faults caught while a datagram was handled; each is a bug. */
  faults: number;
  unknownHosts: number;
  events: number;
  logBytes: number;
  /** What a real PC gets afterwards. */
  offers: boolean;
  namesBootFile: boolean;
  sendsBootFile: boolean;
  counters: Record<string, number>;
  seconds: number;
}

/** The network of the captures, so that their addresses and server identifiers mean something. */
const server = '10.77.0.1';
const pc = '10.77.0.145';
const clients = [pc, '10.77.0.146', '10.77.0.147', '10.77.0.148', '10.77.0.149', '10.77.0.150'];
const asker = '10.77.0.151';
const addresses = { server: `${server}/24`, pc: `${pc}/24` } as const;

const bootFilesDir = '/usr/lib/ipxe';
const capture = 'uefi-pxe-dnsmasq-proxy';
const mebibyte = 1024 * 1024;

/** Until then the JavaScript heap grows to its working size; what grows afterwards is kept for ever. */
const warmUpCount = 100_000;

/**
 * Floods the whole appliance with hostile datagrams and tells how it stands afterwards. The PCs of the
 * captures are registered and have a disk, so that what the flood gets right goes all the way.
 */
export async function runFuzz({ count, seed }: FuzzOptions): Promise<FuzzReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-fuzz-'));
  const lan = await createLan<keyof typeof addresses>(addresses);
  try {
    await giveAddresses(lan.nodes.pc);
    const flags = ['--log-level', 'warn', '--pool-size-bytes', String(512 * mebibyte)];
    const appliance = await startAppliance(lan.nodes.server, { dataDir, flags });
    await furnish(appliance);

    await flood(lan.nodes.pc, { count: Math.min(count, warmUpCount), seed: seed + 1 });
    const before = await countersOf(appliance);
    const residentBefore = appliance.residentBytes();
    const startedMs = performance.now();
    const { sent, repeated } = await flood(lan.nodes.pc, { count, seed });
    const seconds = (performance.now() - startedMs) / 1000;
    const counters = await countersOf(appliance);
    return {
      sent,
      repeated,
      seconds,
      counted: datagramsIn(counters) - datagramsIn(before),
      grownBytes: appliance.residentBytes() - residentBefore,
      faults: counters['dhcp.failed'] ?? 0,
      unknownHosts: ((await appliance.api('GET', '/unknown-hosts')) as unknown[]).length,
      events: await lastEventId(appliance),
      logBytes: appliance.output().length,
      counters,
      ...(await bootAfterwards(lan.nodes.pc, dataDir)),
    };
  } finally {
    await lan.destroy();
    await rm(dataDir, { recursive: true });
  }
}

async function giveAddresses(node: Node): Promise<void> {
  const added = [...clients.slice(1), asker].map((address) => `addr add ${address}/24 dev eth0`);
  const input = `route add default dev eth0\n${added.join('\n')}\n`;
  const { exitCode, stderr } = await node.exec(['ip', '-batch', '-'], { input });
  if (exitCode !== 0) throw new Error(`ip: ${stderr}`);
}

async function furnish({ api }: Appliance): Promise<void> {
  await api('POST', '/images', { name: 'debian', kind: 'os', sizeBytes: 16 * mebibyte });
  await api('POST', '/entries', { name: 'debian', os: 'debian' });
  await api('POST', '/hosts', { mac: '52:54:00:77:00:10', name: 'PC001', ip: pc });
  await api('POST', '/hosts', { mac: '52:54:00:77:00:11', name: 'PC002', ip: clients[1] });
}

async function flood(node: Node, { count, seed }: FuzzOptions): Promise<FloodResult> {
  const options: FloodOptions = { server, clients, asker, count, seed };
  const argv = [process.execPath, script('flood.ts'), JSON.stringify(options)] as const;
  const { stdout, stderr } = await node.exec(argv, { timeoutMs: 60_000 + count });
  if (!stdout) throw new Error(`the flood ended early: ${stderr}`);
  return JSON.parse(stdout);
}

async function countersOf({ api }: Appliance): Promise<Record<string, number>> {
  const { counters } = (await api('GET', '/status')) as { counters: Record<string, number> };
  return counters;
}

/** Every datagram is counted once: by what it was answered, or by why not. */
function datagramsIn(counters: Record<string, number>): number {
  const perDatagram =
    /^(dhcp\.(ignored\.|offers|acks)|tftp\.(ignored\.|refused\.|size-probes|transfers\.))/;
  return Object.entries(counters)
    .filter(([name]) => perDatagram.test(name))
    .reduce((sum, [, total]) => sum + total, 0);
}

async function lastEventId({ api }: Appliance): Promise<number> {
  const [latest] = (await api('GET', '/events?limit=1')) as { id: number }[];
  return latest?.id ?? 0;
}

/** A PC's way to its boot file, as far as it goes without a PC. */
async function bootAfterwards(node: Node, directory: string) {
  const offer = await ask(node, 1, '255.255.255.255');
  const ack = await ask(node, 6, server);
  // Which one: a flood that looks like a PC whose boot file fails has it given the next.
  const bootFile = bootFileNames.find((name) => name === ack?.file) ?? '';
  const fetched = join(directory, 'fetched');
  const url = `tftp://${server}/${bootFile}`;
  await node.exec(['curl', '--silent', '--tftp-blksize', '1468', '--output', fetched, url]);
  const original = await readFile(join(bootFilesDir, bootFile)).catch(() => undefined);
  const arrived = await readFile(fetched).catch(() => Buffer.of());
  return {
    offers: offer !== undefined && field.messageType.read(offer.options) === messageType.offer,
    namesBootFile: bootFile !== '',
    sendsBootFile: original !== undefined && arrived.equals(original),
  };
}

/** The answer to a captured message; undefined where none comes. */
async function ask(node: Node, frame: number, to: string) {
  const argv = [process.execPath, script('../interop/dhcp-ask.ts')] as const;
  const { stdout } = await node.exec([...argv, capture, String(frame), to, '1500', pc]);
  const [line] = stdout.split('\n').filter(Boolean);
  if (line === undefined) return undefined;
  const { hex }: { hex: string } = JSON.parse(line);
  return decode(Buffer.from(hex, 'hex'));
}

function script(name: string): string {
  return join(import.meta.dirname, name);
}
