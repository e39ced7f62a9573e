import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, bundlePath } from '../../scripts/bundle.ts';
import { startDnsmasq } from './dnsmasq.ts';
import { createLan, type Lan, type Running } from './netns.ts';

let lan: Lan<'server' | 'router' | 'second'>;
let dataDir: string;

beforeAll(async () => {
  await bundle();
  dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-doctor-'));
  lan = await createLan({
    server: '10.99.0.1/24',
    router: '10.99.0.254/24',
    second: '10.99.0.253/24',
  });
});
afterAll(async () => {
  await lan.destroy();
  await rm(dataDir, { recursive: true });
});

async function cafeboot(...args: string[]) {
  const globals = ['--data-dir', dataDir, '--pool-size-bytes', String(1024 ** 3)];
  const { stdout, stderr, exitCode } = await lan.nodes.server.exec([
    process.execPath,
    bundlePath,
    ...globals,
    ...args,
  ]);
  return { stdout, stderr, exitCode };
}

async function examine() {
  const { stdout, stderr, exitCode } = await cafeboot('doctor', '--json');
  expect(stderr).not.toContain('Error');
  return { exitCode, findings: JSON.parse(stdout) as Record<string, unknown>[] };
}

async function findDhcp(): Promise<Record<string, unknown>[]> {
  const { findings } = await examine();
  return findings.filter(({ check }) => check === 'dhcp');
}

/** The codes of what is wrong, and the exit code. */
async function findFaults() {
  const { exitCode, findings } = await examine();
  const faults = findings.filter(({ verdict }) => verdict === 'fail');
  expect(faults.every(({ remedy }) => remedy !== '')).toBe(true);
  return { exitCode, faults };
}

test('subnets and the mode: by the command line, checked against one another', async () => {
  const range = ['--range', '10.99.0.100-10.99.0.150'];
  const own = await cafeboot('subnet', 'set', '10.99.0.0/24', '--range', '10.99.0.1-10.99.0.9');
  expect(own.stderr).toContain('own address 10.99.0.1 is in the range');
  await cafeboot('subnet', 'set', '10.99.0.0/24', ...range, '--router', '10.99.0.254');
  await cafeboot(
    'subnet',
    'set',
    '10.99.0.0/24',
    '--lease-seconds',
    '600',
    '--option',
    '26:u16:1500',
  );
  const { stdout } = await cafeboot('subnet', 'list', '--json');
  expect(JSON.parse(stdout)).toEqual([
    {
      subnet: '10.99.0.0/24',
      range: '10.99.0.100-10.99.0.150',
      routers: ['10.99.0.254'],
      leaseSeconds: 600,
      options: ['26:u16:1500'],
    },
  ]);
  expect((await cafeboot('setting', 'set', 'dhcpMode', 'full')).exitCode).toBe(0);
  await cafeboot('setting', 'set', 'dhcpMode', 'proxy');
  const gone = await cafeboot('lease', 'forget', '10.99.0.100');
  expect(gone.stderr).toContain('There is no lease of 10.99.0.100');
});

test('the doctor shows who gives addresses, and what to do where too many do', async () => {
  await startDnsmasq(lan.nodes.router, ['--dhcp-range=10.99.0.100,10.99.0.150,1h']);
  const [router] = await findDhcp();
  expect(router).toMatchObject({ verdict: 'ok', code: 'dhcp-router' });
  expect(router?.text).toMatch(
    /^on eth0 \(10\.99\.0\.1\) addresses come from 10\.99\.0\.254 \(MAC [0-9a-f:]{17}\)$/,
  );

  // With the ping before each offer that is its default.
  const pings = { pings: true };
  await startDnsmasq(lan.nodes.second, ['--dhcp-range=10.99.0.160,10.99.0.170,1h'], pings);
  const [both] = await findDhcp();
  expect(both).toMatchObject({ verdict: 'warn', code: 'dhcp-several' });
  expect(both?.text).toMatch(/10\.99\.0\.254.*10\.99\.0\.253|10\.99\.0\.253.*10\.99\.0\.254/);
  expect(both?.remedy).toContain('second router');
});

test('a healthy machine: nothing fails, and everything was looked at', async () => {
  const { exitCode, findings } = await examine();
  expect(findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(exitCode).toBe(0);
  const checks = new Set(findings.map(({ check }) => check));
  for (const check of ['programs', 'kernel', 'pool', 'ports', 'addresses', 'clock', 'memory']) {
    expect(checks).toContain(check);
  }
});

test('planted: what the former system left running, a second DHCP server, an odd MTU, a full pool', async () => {
  const { server } = lan.nodes;
  await cafeboot('setting', 'set', 'dhcpMode', 'full');
  await server.exec(['ip', 'link', 'set', 'eth0', 'mtu', '1400']);
  await fillPool();
  const dnsmasq = await startDnsmasq(server, ['--dhcp-range=10.99.0.10,10.99.0.20,1h']);
  const others: Running[] = [];
  for (const name of ['in.tftpd', 'nginx']) {
    await copyFile('/usr/bin/sleep', join(dataDir, name));
    await chmod(join(dataDir, name), 0o755);
    others.push(server.spawn([join(dataDir, name), '60']));
  }
  const { exitCode, findings } = await examine();
  await Promise.all([dnsmasq, ...others].map((each) => each.stop()));
  await server.exec(['ip', 'link', 'set', 'eth0', 'mtu', '1500']);
  await cafeboot('setting', 'set', 'dhcpMode', 'proxy');
  await rm(join(dataDir, 'pool.img'));

  const find = (wanted: string) => findings.filter(({ code }) => code === wanted);
  const rivals = find('rival-running').map(({ data }) => (data as { name: string }).name);
  expect(rivals.sort()).toEqual(['dnsmasq', 'in.tftpd', 'nginx']);
  expect(find('port-taken')).toMatchObject([
    { text: expect.stringContaining(`udp 67 for DHCP is used by dnsmasq (pid ${dnsmasq.pid})`) },
  ]);
  expect(find('dhcp-beside-ours')).toMatchObject([{ verdict: 'fail' }]);
  expect(find('nic-mtu')).toMatchObject([{ verdict: 'warn' }]);
  expect(find('pool-full')).toMatchObject([{ verdict: 'fail' }]);
  const bad = findings.filter(({ verdict }) => verdict !== 'ok');
  expect(bad.filter(({ remedy }) => remedy === '')).toEqual([]);
  expect(exitCode).toBe(1);
});

/** With blocks that no volume has; the pool is mounted while a program of ours runs only. */
async function fillPool(): Promise<void> {
  const script = `set -e
mount -o loop "$1" /mnt
fallocate -l 900M /mnt/full
umount /mnt`;
  const pool = join(dataDir, 'pool.img');
  await execa('unshare', ['--mount', 'sh', '-c', script, 'sh', pool]);
}

test('planted faults: a port and an address of ours that others have, a volume group that is gone', async () => {
  const listen =
    "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 69)); print('bound', flush=True); time.sleep(60)";
  const taker = lan.nodes.server.spawn(['python3', '-c', listen]);
  await taker.waitFor(/bound/);
  await lan.nodes.second.exec(['ip', 'address', 'add', '10.99.0.1/32', 'dev', 'eth0']);
  const { exitCode, faults } = await findFaults();
  expect(exitCode).toBe(1);
  expect(faults.map(({ code }) => code).sort()).toEqual(['address-shared', 'port-taken']);
  const shared = faults.find(({ code }) => code === 'address-shared');
  expect(shared?.text).toMatch(/another device \(MAC [0-9a-f:]{17}\) has the same address/);
  const { text } = faults.find(({ code }) => code === 'port-taken') ?? {};
  expect(text).toBe(`port udp 69 for TFTP is used by python3 (pid ${taker.pid})`);
  await lan.nodes.second.exec(['ip', 'address', 'del', '10.99.0.1/32', 'dev', 'eth0']);
  await taker.stop();

  await cafeboot('setting', 'set', 'volumeGroup', 'gone');
  const lost = await findFaults();
  const codes = lost.faults.map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining(['group-missing', 'storage-closed']));
  expect(lost.exitCode).toBe(1);
});

test('which build each boot file is', async () => {
  const bootFilesDir = join(dataDir, 'package');
  await mkdir(bootFilesDir);
  await writeFile(join(bootFilesDir, 'snponly.efi'), 'MZ\0\x001.0.0+git-20190125.36a4c85-5.1\0');
  const { stdout } = await cafeboot(...['doctor', '--json', '--boot-files-dir', bootFilesDir]);
  const findings: Record<string, unknown>[] = JSON.parse(stdout);
  const found = findings.find(({ data }) =>
    String((data as Record<string, string>).path).startsWith(bootFilesDir),
  );
  expect(found).toMatchObject({
    ...{ check: 'boot files', verdict: 'warn', code: 'boot-file-old' },
    text: expect.stringContaining('iPXE 1.0.0+git-20190125.36a4c85-5.1, of 2019-01-25'),
    remedy: expect.stringContaining('make ipxe'),
  });
});
