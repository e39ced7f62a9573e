import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundle, bundlePath } from '../../scripts/bundle.ts';
import type { SubnetFields } from '../../src/boot/subnet.ts';
import type { LeaseInfo } from '../../src/service/leases.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { startDnsmasq } from './dnsmasq.ts';
import { dropUnicasts, loseNothing } from './loss.ts';
import { createLan, type Lan, type Running } from './netns.ts';

/*
 *   server 10.99.0.1    ours, in full mode ------------+
 *      +-- eth1 10.96.0.1 ==== side                       udhcpc on its other LAN
 *   other  10.99.0.66   another device, or dnsmasq ----+-- switch
 *   client, client2     udhcpc, dhclient --------------+
 *   load   10.98.0.2    perfdhcp, as a relay agent ----+
 *   relay  10.99.0.3    dhcrelay ----------------------+
 *      +-- far 10.97.0.1 ==== far                          udhcpc behind it
 */
const server = '10.99.0.1';
const script = join(import.meta.dirname, 'dhcp-client.sh');
const subnets: SubnetFields[] = [
  {
    subnet: '10.99.0.0/24',
    range: '10.99.0.100-10.99.0.109',
    routers: ['10.99.0.254'],
    dnsServers: ['10.99.0.253'],
    leaseSeconds: 10,
    options: ['42:ip:10.99.0.252'],
  },
  { subnet: '10.96.0.0/24', range: '10.96.0.50-10.96.0.60' },
  { subnet: '10.98.0.0/16', range: '10.98.1.0-10.98.60.255' },
  { subnet: '10.97.0.0/24', range: '10.97.0.50-10.97.0.60', routers: ['10.97.0.1'] },
];

let lan: Lan<'server' | 'other' | 'client' | 'client2' | 'load' | 'relay' | 'far' | 'side'>;
let dataDir: string;
let ours: Appliance;

const flags = ['--pool-size-bytes', String(2 ** 30), '--log-level', 'info'];
const serve = async () => {
  ours = await startAppliance(lan.nodes.server, { dataDir, flags });
};
const put = (key: string, value: unknown) => ours.api('PUT', `/settings/${key}`, { value });
const leases = async () => (await ours.api('GET', '/leases')) as LeaseInfo[];
const events = async (kind: string) =>
  ((await ours.api('GET', '/events')) as { kind: string }[]).filter((each) => each.kind === kind);
const counter = async (name: string) =>
  ((await ours.api('GET', '/status')) as { counters: Record<string, number> }).counters[name] ?? 0;

beforeAll(async () => {
  await bundle();
  dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-full-dhcp-'));
  lan = await createLan({
    server: `${server}/24`,
    other: '10.99.0.66/24',
    client: null,
    client2: null,
    load: '10.98.0.2/16',
    relay: '10.99.0.3/24',
    far: null,
    side: null,
  });
  const { load } = lan.nodes;
  await addLan('relay', { name: 'far', address: '10.97.0.1/24' }, 'far');
  await addLan('server', { name: 'eth1', address: '10.96.0.1/24' }, 'side');
  // Both sides know the way to what is behind the relay agents.
  await lan.nodes.server.exec(['ip', 'route', 'add', '10.98.0.0/16', 'dev', 'eth0']);
  await lan.nodes.server.exec(['ip', 'route', 'add', '10.97.0.0/24', 'via', '10.99.0.3']);
  await load.exec(['ip', 'route', 'add', `${server}/32`, 'dev', 'eth0']);
  await serve();
  await put('dhcpSubnets', subnets);
  await put('dhcpMode', 'full');
  await put('dhcpForced', true);
  await ours.stop();
  await serve();
});
afterAll(async () => {
  await lan.destroy();
  await rm(dataDir, { recursive: true });
});

/** Another LAN of `router`: a cable to the `eth1` of `pc`, which is taken off the switch. */
async function addLan(
  router: 'relay' | 'server',
  { name, address }: { name: string; address: string },
  pc: 'far' | 'side',
): Promise<void> {
  const { namespace, exec } = lan.nodes[pc];
  const run = (...argv: string[]) => lan.nodes[router].exec(['ip', ...argv]);
  await run('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth1', 'netns', namespace);
  await run('address', 'add', address, 'dev', name);
  await run('link', 'set', name, 'up');
  await exec(['ip', 'link', 'set', 'eth0', 'down']);
  await exec(['ip', 'link', 'set', 'eth1', 'up']);
}

type ClientName = 'client' | 'client2' | 'far' | 'side';

/** A client that keeps running, after it got its lease. */
async function startUdhcpc(name: ClientName, ...more: string[]): Promise<Running> {
  const iface = name === 'far' || name === 'side' ? 'eth1' : 'eth0';
  const options = ['-i', iface, '-f', '-t', '3', '-T', '2', '-s', script, '-O', '42'];
  const running = lan.nodes[name].spawn(['udhcpc', ...options, ...more]);
  await running.waitFor(/lease bound [\d.]+/);
  return running;
}

const addressOf = (client: Running) =>
  [...client.output().matchAll(/lease (?:bound|BOUND|REBOOT) ([\d.]+)/g)].at(-1)?.[1];

test('an address that another device uses is not given; one that it took since is declined and put aside', async () => {
  const { other } = lan.nodes;
  // All but two of the range.
  for (let last = 100; last < 108; last++) {
    await other.exec(['ip', 'address', 'add', `10.99.0.${last}/32`, 'dev', 'eth0']);
  }
  const client = await startUdhcpc('client', '-a500');
  const address = addressOf(client);
  expect(address).toMatch(/^10\.99\.0\.10[89]$/);
  await client.stop();

  await other.exec(['ip', 'address', 'add', `${address}/32`, 'dev', 'eth0']);
  const again = await startUdhcpc('client', '-a500', '-A', '1');
  expect(addressOf(again)).not.toBe(address);
  expect(await leases()).toContainEqual(expect.objectContaining({ address, state: 'declined' }));
  expect(await events('lease.declined')).toHaveLength(1);
  await again.stop();
  await other.exec(['ip', 'address', 'flush', 'dev', 'eth0', 'to', '10.99.0.96/28']);
});

test('udhcpc: a lease, renewed and released; its options', async () => {
  const client = await startUdhcpc('client');
  const address = addressOf(client);
  expect(address).toMatch(/^10\.99\.0\.10\d$/);
  expect(client.output()).toContain('router=10.99.0.254 dns=10.99.0.253');
  const find = async () => (await leases()).filter((each) => each.address === address);
  const [lease] = await find();
  expect(lease).toMatchObject({ address, state: 'bound' });
  process.kill(client.pid, 'SIGUSR1');
  await client.waitFor(/lease renew [\d.]+/);
  const [renewed] = await find();
  expect(renewed?.endsAt).toBeGreaterThan(lease?.endsAt ?? 0);
  process.kill(client.pid, 'SIGUSR2');
  await client.waitFor(/lease deconfig[\s\S]*lease deconfig/);
  await expect.poll(find).toMatchObject([{ state: 'released' }]);
  await client.stop();
});

test('dhclient: bound; rebinds by broadcast where the server cannot be asked; the same address after a reboot', async () => {
  const { client2 } = lan.nodes;
  const file = (name: string) => join(dataDir, name);
  await writeFile(file('conf'), 'initial-interval 1; backoff-cutoff 1;');
  const files = ['-sf', script, '-cf', file('conf'), '-lf', file('lf'), '-pf', file('pf')];
  const start = (...flags: string[]) => client2.spawn(['dhclient', ...flags, ...files, 'eth0']);
  const client = start('-d', '-v');
  await client.waitFor(/lease BOUND [\d.]+/, 20_000);
  const address = addressOf(client);
  await dropUnicasts(lan.nodes.server);
  // It may say RENEW of what it asked of everybody.
  const rebound = /lease BOUND[\s\S]* to 255\.255\.255\.255 [\s\S]*lease RE(BIND|NEW) [\d.]+/;
  await client.waitFor(rebound, 15_000).finally(() => loseNothing(lan.nodes.server));
  process.kill(client.pid, 'SIGKILL');
  // Its own file may still have the first lease, which is over; it asks for the address only while one runs.
  const known = await readFile(file('lf'), 'utf8');
  await writeFile(file('lf'), known.replaceAll(/\d{4}\/\d\d\/\d\d/g, '2099/01/01'));

  const again = start('-d', '-v');
  await again.waitFor(/lease (REBOOT|BOUND) [\d.]+/, 20_000);
  expect(addressOf(again)).toBe(address);
  expect(again.output()).not.toContain('DHCPDISCOVER');
  await again.stop();
  await client2.exec(['dhclient', '-r', ...files, 'eth0']);
  await expect.poll(leases).toContainEqual(expect.objectContaining({ address, state: 'released' }));
});

test('who had an address long ago does not keep it from others: the kernel is made to ask anew', async () => {
  const { exec } = lan.nodes.server;
  // All of the range, and nobody is there.
  for (let last = 50; last <= 60; last++) {
    const entry = [`10.96.0.${last}`, 'lladdr', '02:00:00:00:00:99', 'dev', 'eth1', 'nud', 'stale'];
    await exec(['ip', 'neighbour', 'replace', ...entry]);
  }
  const pc = await startUdhcpc('side');
  await pc.stop();
});

test('two interfaces: each with its own subnet, identity and URLs', async () => {
  const ipxe = ['-V', 'PXEClient:Arch:00000:UNDI:002001', '-x', '0x5d:0000', '-x', '0x4d:69505845'];
  for (const [name, address] of [
    ['client', server],
    ['side', '10.96.0.1'],
  ] as const) {
    const pc = await startUdhcpc(name, ...ipxe);
    const net = address.split('.').slice(0, 2).join('.');
    expect(addressOf(pc)?.startsWith(`${net}.`)).toBe(true);
    expect(pc.output()).toContain(`boot=http://${address}:8080/ipxe/boot.ipxe`);
    expect(pc.output()).toContain(`server ${address}`);
    await pc.stop();
  }
  // What was held for each on the other LAN was let go when it chose.
  const held = (await leases()).filter(({ state }) => state === 'bound');
  expect(held.filter(({ address }) => address.startsWith('10.96.'))).toHaveLength(1);
});

test('through dhcrelay: the subnet behind it; renewed without it', async () => {
  const { relay } = lan.nodes;
  const argv = ['dhcrelay', '-4', '-d', '-a', '-id', 'far', '-iu', 'eth0', server] as const;
  const agent = relay.spawn([...argv]);
  await agent.waitFor(/Sending on\s+Socket/);
  await relay.exec(['sysctl', '-w', 'net.ipv4.ip_forward=1']);
  const far = await startUdhcpc('far');
  expect(addressOf(far)).toMatch(/^10\.97\.0\.5\d$|^10\.97\.0\.60$/);
  expect(far.output()).toContain('router=10.97.0.1');
  await lan.nodes.far.exec(['ip', 'route', 'add', 'default', 'via', '10.97.0.1']);
  process.kill(far.pid, 'SIGUSR1');
  await far.waitFor(/lease renew [\d.]+/);
  await far.stop();
  await agent.stop();
});

describe('200 clients a second', () => {
  test('perfdhcp loses none, and all leases survive kill -9', async () => {
    const seconds = Number(process.env.CAFEBOOT_PERF_SECONDS ?? '5');
    const clients = 200 * seconds;
    const options = [
      '-4',
      '-r',
      '200',
      '-R',
      String(clients),
      '-p',
      String(seconds),
      '-l',
      '10.98.0.2',
    ];
    const before = await counter('dhcp.acks');
    const { stdout, stderr } = await lan.nodes.load.exec(
      ['perfdhcp', ...options, '-s', '1', '-W', '1000000', server],
      { timeoutMs: (seconds + 20) * 1000 },
    );
    const drops = [...`${stdout}${stderr}`.matchAll(/^drops: (\d+)/gm)].map(([, count]) => count);
    expect(drops, stdout + stderr).toEqual(['0', '0']);
    const acked = (await counter('dhcp.acks')) - before;
    expect(acked).toBeGreaterThan(190 * seconds);
    const given = (await leases()).filter(({ address }) => address.startsWith('10.98.'));
    expect(given.length).toBe(new Set(given.map(({ client }) => client)).size);
    // perfdhcp draws its clients by lot: some come twice.
    expect(given.length).toBeGreaterThan(acked / 2);

    process.kill(ours.pid, 'SIGKILL');
    await ours.stop();
    await serve();
    expect((await leases()).filter(({ address }) => address.startsWith('10.98.'))).toEqual(given);
  });
});

describe('beside another DHCP server', () => {
  beforeEach(async () => {
    await put('dhcpForced', false);
    await ours.stop();
    await startDnsmasq(lan.nodes.other, ['--dhcp-range=10.99.0.200,10.99.0.210,1h']);
  });
  afterEach(() => ours.stop());

  test('it refuses to start and says which one it is; forced, it starts', async () => {
    const cafeboot = (...args: string[]) =>
      lan.nodes.server.exec([
        process.execPath,
        bundlePath,
        '--data-dir',
        dataDir,
        ...flags,
        ...args,
      ]);
    const refused = await cafeboot('serve');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /Another DHCP server answers on eth0: 10\.99\.0\.66 \(MAC [0-9a-f:]{17}\)/,
    );
    await cafeboot('setting', 'set', 'dhcpForced', 'true');
    await serve();
  });
});
