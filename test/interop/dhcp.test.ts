import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageType } from '../../src/dhcp/codes.ts';
import { decode } from '../../src/dhcp/decode.ts';
import { field } from '../../src/dhcp/fields.ts';
import { formatIpv4 } from '../../src/dhcp/ipv4.ts';
import { decodePxeOptions } from '../../src/dhcp/pxe.ts';
import { startDnsmasq } from './dnsmasq.ts';
import { createLan, type Lan, type Running } from './netns.ts';

/*
 *   server 10.99.0.1   ours ---------------------+
 *   router 10.99.0.254 dnsmasq, gives addresses -+
 *   other  10.99.0.2   dnsmasq, another proxy ---+-- switch
 *   pc     10.99.0.50  replays captures ---------+
 *   client             udhcpc -------------------+
 */
const server = '10.99.0.1';
const router = '10.99.0.254';
const other = '10.99.0.2';
const pc = '10.99.0.50';
const broadcast = '255.255.255.255';

let lan: Lan<'server' | 'router' | 'other' | 'pc' | 'client'>;
let ours: Running;

beforeEach(async () => {
  lan = await createLan({
    server: `${server}/24`,
    router: `${router}/24`,
    other: `${other}/24`,
    pc: `${pc}/24`,
    client: null,
  });
  // A PC in its firmware has no route either; but this one's broadcasts are sent by a kernel.
  await lan.nodes.pc.exec(['ip', 'route', 'add', 'default', 'dev', 'eth0']);
  ours = lan.nodes.server.spawn([process.execPath, script('dhcp-server.ts')]);
  await ours.waitFor(/^ready$/m);
});

afterEach(() => lan.destroy());

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function startRouter(): Promise<void> {
  const range = '--dhcp-range=10.99.0.100,10.99.0.150,255.255.255.0,1h';
  await startDnsmasq(lan.nodes.router, [range]);
}

async function startOtherProxy(): Promise<void> {
  const services = ['x86PC', 'X86-64_EFI'].map((arch) => `--pxe-service=${arch},other,foreign`);
  await startDnsmasq(lan.nodes.other, ['--dhcp-range=10.99.0.0,proxy', ...services]);
}

/** Replies to a captured message, by the server that sent them. */
async function ask(capture: string, frame: number, to: string) {
  const argv = [
    process.execPath,
    script('dhcp-ask.ts'),
    capture,
    String(frame),
    to,
    '1500',
    pc,
  ] as const;
  const { stdout, stderr, exitCode } = await lan.nodes.pc.exec([...argv]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const replies = new Map<string, ReturnType<typeof summary>>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { address, hex }: { address: string; hex: string } = JSON.parse(line);
    replies.set(address, summary(Buffer.from(hex, 'hex')));
  }
  return replies;
}

function summary(bytes: Buffer) {
  const { options, yiaddr, siaddr, file } = decode(bytes);
  const vendorOptions = field.vendorOptions.read(options);
  return {
    type: field.messageType.read(options),
    yiaddr: formatIpv4(yiaddr),
    siaddr: formatIpv4(siaddr),
    server: formatIpv4(field.serverIdentifier.read(options) ?? 0),
    vendorClass: field.vendorClass.read(options),
    control: vendorOptions && decodePxeOptions(vendorOptions).discoveryControl,
    file,
  };
}

/** What udhcpc says in the end, and whether it got an address. */
async function runUdhcpc() {
  const options = [
    '-i',
    'eth0',
    '-n',
    '-q',
    '-f',
    '-t',
    '3',
    '-T',
    '1',
    '-s',
    '/bin/true',
  ] as const;
  const { exitCode, stdout, stderr } = await lan.nodes.client.exec(['udhcpc', ...options]);
  const output = `${stdout}\n${stderr}`;
  const [, address, from] = /lease of (\S+) obtained from ([\d.]+)/.exec(output) ?? [];
  return { exitCode, address, from, output };
}

/** Stops our server and reads the counters it prints last. */
async function finalCounters(): Promise<Record<string, number>> {
  await ours.stop();
  return JSON.parse(ours.output().trim().split('\n').at(-1) ?? '');
}

const ourOffer = {
  type: messageType.offer,
  yiaddr: '0.0.0.0',
  siaddr: server,
  server,
  vendorClass: 'PXEClient',
  control: undefined,
  file: '',
};
const scriptFile = `http://${server}:8080/ipxe/boot.ipxe`;

describe('beside a router', () => {
  beforeEach(startRouter);

  test('an ordinary client gets its address from the router, and nothing from us', async () => {
    const { exitCode, address, from, output } = await runUdhcpc();
    expect({ exitCode, from }, output).toEqual({ exitCode: 0, from: router });
    expect(address).toMatch(/^10\.99\.0\.1[0-5]\d$/);
    const counters = await finalCounters();
    expect(counters['dhcp.ignored.not-pxe']).toBeGreaterThanOrEqual(2);
    expect(counters['dhcp.offers']).toBeUndefined();
    expect(counters['dhcp.acks']).toBeUndefined();
  });

  test('a PC gets its address offer from the router and its boot offer from us', async () => {
    const replies = await ask('uefi-pxe-dnsmasq-proxy', 1, broadcast);
    expect(replies.get(server)).toEqual(ourOffer);
    expect(replies.get(router)?.yiaddr).toMatch(/^10\.99\.0\./);
    expect(replies.size).toBe(2);
  });

  test('a REQUEST to another server is left to it, and tells us the address', async () => {
    const replies = await ask('uefi-pxe-dnsmasq-proxy', 4, broadcast);
    expect(replies.has(server)).toBe(false);
    await ours.waitFor(/"mac":"52:54:00:77:00:10","address":"10\.77\.0\.145"/);
  });
});

test('without a router an ordinary client gets no address', async () => {
  const { address, output } = await runUdhcpc();
  expect({ address }, output).toEqual({ address: undefined });
  const counters = await finalCounters();
  expect(counters).toEqual({ 'dhcp.ignored.not-pxe': expect.any(Number) });
});

test.each([
  { what: 'UEFI', capture: 'uefi-pxe-dnsmasq-proxy', frame: 1, offer: ourOffer },
  {
    what: 'UEFI HTTP boot',
    capture: 'uefi-http-boot',
    frame: 1,
    offer: { ...ourOffer, vendorClass: 'HTTPClient' },
  },
  {
    what: 'an iPXE ROM',
    capture: 'bios-ipxe-rom-dnsmasq-proxy',
    frame: 1,
    offer: { ...ourOffer, file: scriptFile },
  },
  {
    what: 'a stock undionly.kpxe',
    capture: 'bios-rechain-loop-stock-undionly',
    frame: 9,
    offer: { ...ourOffer, file: scriptFile },
  },
])('$what gets our offer', async ({ capture, frame, offer }) => {
  const replies = await ask(capture, frame, broadcast);
  expect([...replies]).toEqual([[server, offer]]);
});

test('UEFI asks port 4011 from 4011 and is answered there', async () => {
  const replies = await ask('uefi-pxe-dnsmasq-proxy', 6, server);
  expect([...replies]).toEqual([
    [server, { ...ourOffer, type: messageType.ack, file: 'ipxe.efi' }],
  ]);
});

describe('beside another ProxyDHCP server', () => {
  beforeEach(startOtherProxy);

  test('both offer, each for itself, and port 4011 is answered by the one asked', async () => {
    const offers = await ask('uefi-pxe-dnsmasq-proxy', 1, broadcast);
    expect(offers.get(server)).toEqual(ourOffer);
    expect(offers.get(other)?.server).toBe(other);
    const acks = await ask('uefi-pxe-dnsmasq-proxy', 6, server);
    expect([...acks.keys()]).toEqual([server]);
    expect(acks.get(server)).toMatchObject({ server, file: 'ipxe.efi' });
  });
});

test('100,000 hostile datagrams to each port leave a server that answers and has not grown', async () => {
  await ours.stop();
  const quiet = JSON.stringify({ quiet: true });
  // As the program is run: what the collector leaves for later would be more than what is looked for.
  const node = [process.execPath, '--max-semi-space-size=4'] as const;
  ours = lan.nodes.server.spawn([...node, script('dhcp-server.ts'), quiet]);
  await ours.waitFor(/^ready$/m);
  await flood(50_000, 1);
  const before = residentBytes(ours.pid);
  await flood(100_000, 2);
  const grownBytes = residentBytes(ours.pid) - before;
  expect(grownBytes).toBeLessThan(20 * 1024 * 1024);

  const replies = await ask('uefi-pxe-dnsmasq-proxy', 6, server);
  expect(replies.get(server)?.file).toBe('ipxe.efi');
  const counters = await finalCounters();
  expect(counters['dhcp.failed']).toBeUndefined();
  const handled = Object.values(counters).reduce((sum, each) => sum + each, 0);
  expect(handled).toBeGreaterThan(200_000);
});

async function flood(count: number, seed: number): Promise<void> {
  const argv = [
    process.execPath,
    script('dhcp-flood.ts'),
    server,
    `${count}`,
    `${seed}`,
    pc,
  ] as const;
  const { exitCode, stderr } = await lan.nodes.pc.exec([...argv], { timeoutMs: 60_000 });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

function residentBytes(pid: number): number {
  const [, kibibytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
