import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram, prepareProgram } from '../../scripts/dist/program.ts';
import { buildSea, bundleProgram } from '../../scripts/dist/sea.ts';
import { cafeOf30, writeOldCafe } from '../fixtures/predecessor.ts';
import { createLan, type Lan } from './netns.ts';

const buildInfo = { version: '9.8.7', commit: 'abc1234' };
const root = process.cwd();
/** What a bundle and its assets are made of. */
const inputs = [
  ...['LICENSE', 'package.json', 'package-lock.json'],
  ...['src', 'templates', 'assets', 'node_modules'],
];

/** On a real file system: binaries of 150 MB. */
let dir: string;
let binary: string;

beforeAll(async () => {
  dir = await mkdtemp('/var/tmp/cafeboot-dist-');
  binary = await buildProgram(await prepareProgram(root, buildInfo), 'linux-x64', dir);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const hashOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** In a mount namespace of its own, where the binary's directory is read-only and `cache` is as `options` say. */
function inNamespace(options: string, argv: readonly string[]) {
  const script = `set -e
mount --bind "$DIR" "$DIR" && mount -o remount,bind,ro "$DIR"
mount -t tmpfs -o "$OPTIONS" cache "$CACHE"
exec "$@"`;
  const cache = '/mnt';
  return execa('unshare', ['--mount', 'sh', '-c', script, 'sh', ...argv], {
    cwd: '/',
    env: { DIR: dir, OPTIONS: options, CACHE: cache, LC_ALL: 'C', CAFEBOOT_CACHE_DIR: cache },
    reject: false,
  });
}
const dataDir = '/mnt/data';
/** It opens the database, and so needs the addon. */
const listHosts = ['sh', '-c', `mkdir -p ${dataDir} && exec "$0" --data-dir ${dataDir} "$@"`];

describe('the single binary', () => {
  test('names its version, commit and Node, and starts in less than a second', async () => {
    // Of the processor's time: other tests may have the rest of it meanwhile.
    const script = '"$0" --version && times';
    const { stdout } = await execa('bash', ['-c', script, binary], { cwd: '/' });
    const [told, , children = ''] = stdout.split('\n');
    expect(told).toBe(`9.8.7 (commit abc1234, Node ${process.versions.node})`);
    const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
    expect(parts).toHaveLength(2);
    const seconds = parts.map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest));
    expect(seconds.reduce((sum, each) => sum + each)).toBeLessThan(1);
  });

  test('runs from a read-only place with no node_modules, and unpacks into its cache', async () => {
    const argv = [...listHosts, binary, '--json', 'host', 'list'];
    expect(await inNamespace('mode=755', argv)).toMatchObject({ exitCode: 0, stdout: '[]' });
  });

  test('says what to do where its cache directory is mounted noexec, or cannot be written', async () => {
    const noexec = await inNamespace('noexec', [...listHosts, binary, 'host', 'list']);
    expect(noexec.exitCode).toBe(1);
    expect(noexec.stderr).toMatch(/\/mnt\/program\/.*mounted noexec.*--cache-dir/);
    const data = await mkdtemp('/var/tmp/cafeboot-dist-data-');
    const readOnly = await inNamespace('ro', [binary, '--data-dir', data, 'host', 'list']);
    await rm(data, { recursive: true });
    expect(readOnly.exitCode).toBe(1);
    expect(readOnly.stderr).toMatch(/cannot unpack .*\/mnt\/program.*--cache-dir/);
  });

  test('needs no library that a small Debian or Ubuntu lacks', async () => {
    const { stdout } = await execa('ldd', [binary]);
    expect(stdout).toContain('libc.so.6');
    expect(stdout).not.toContain('libatomic');
  });

  test('has the tools, and the licences of all that is inside', async () => {
    const { stdout } = await execa(binary, ['licenses'], { cwd: '/' });
    for (const name of ['Apache License', 'better-sqlite3', 'fastify', 'node 26']) {
      expect(stdout).toContain(name);
    }
    const tools = await inNamespace('mode=755', [...listHosts, binary, '--json', 'tool', 'list']);
    expect(JSON.parse(tools.stdout)).toContainEqual(expect.objectContaining({ name: 'winpe' }));
  });

  test('the same input in another directory gives the same bytes', async () => {
    const other = join(dir, 'elsewhere');
    await mkdir(other);
    for (const name of inputs) await symlink(join(root, name), join(other, name));
    const again = await buildProgram(await prepareProgram(other, buildInfo), 'linux-x64', other);
    expect(await hashOf(again)).toBe(await hashOf(binary));
  });
});

describe('the single binary serves a cafe, far from the tree', () => {
  const address = '10.96.0.1';
  let lan: Lan<'server'>;
  let data: string;
  beforeAll(async () => {
    lan = await createLan({ server: `${address}/24` });
    data = join(dir, 'cafe');
    const { server } = lan.nodes;
    const running = server.spawn([binary, ...globalsOf(data), 'serve'], { cwd: '/' });
    await running.waitFor(/cafeboot is ready/, 30_000);
  });
  afterAll(() => lan?.destroy());

  const globalsOf = (dataDir: string) => [
    ...['--data-dir', dataDir, '--cache-dir', join(dir, 'cache'), '--json'],
    ...['--pool-size-bytes', String(512 * 1024 ** 2)],
  ];
  async function ask<Result>(dataDir: string, ...args: string[]): Promise<Result> {
    const argv = [binary, ...globalsOf(dataDir), ...args] as const;
    const { stdout, stderr } = await lan.nodes.server.exec([...argv], { cwd: '/' });
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout) as Result;
  }
  const fetchText = async (path: string) => {
    const url = `http://${address}:8050${path}`;
    const argv = ['curl', '--silent', '--fail', '--location', url] as const;
    const { stdout, stderr, exitCode } = await lan.nodes.server.exec([...argv]);
    expect(exitCode, `${url} ${stderr}`).toBe(0);
    return stdout;
  };

  test('its console, with every style and script that the page names', async () => {
    const page = await fetchText('/first-run');
    expect(page).toMatch(/<html lang="(en|zh-CN)"/);
    const files = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)];
    const paths = files.map(([, path = '']) => path);
    expect(paths.some((path) => path.endsWith('.css'))).toBe(true);
    expect(paths.some((path) => path.endsWith('.js'))).toBe(true);
    for (const path of paths) expect((await fetchText(path)).length, path).toBeGreaterThan(100);
  });

  test('a boot script, and a boot file out of itself or of the distribution', async () => {
    const { exec } = lan.nodes.server;
    const script = await exec(['curl', '-sf', `http://${address}:8080/ipxe/boot.ipxe`]);
    expect(script.stdout).toMatch(/^#!ipxe/);
    const get = ['curl', '-sf', '-o', '/dev/null', '-w', '%{size_download}'] as const;
    const tftp = await exec([...get, `tftp://${address}/ipxe.efi`]);
    expect(Number(tftp.stdout)).toBeGreaterThan(100_000);
  });

  test('the doctor, a backup that is restored elsewhere, and what a migration would do', async () => {
    const findings = await ask<{ check: string; verdict: string }[]>(data, 'doctor');
    expect(findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(findings.map(({ check }) => check)).toContain('boot files');

    await ask(data, 'host', 'add', '--name', 'pc-01', '--mac', '52:54:00:00:00:01');
    const file = join(dir, 'backup.tar.zst');
    expect(await ask(data, 'backup', file)).toMatchObject({ state: 'done' });
    const elsewhere = join(dir, 'other-cafe');
    expect(await ask(elsewhere, 'restore', file)).toMatchObject({ hosts: 1 });
    expect(await ask(elsewhere, 'host', 'list')).toMatchObject([{ name: 'pc-01' }]);

    await writeOldCafe(join(dir, 'old'), cafeOf30);
    const steps = await ask<{ kind: string }[]>(
      data,
      'migrate',
      '--dry-run',
      '--from',
      join(dir, 'old'),
    );
    expect(steps.filter(({ kind }) => kind === 'host')).toHaveLength(30);
  });

  test('the agent of a PC', async () => {
    const { stdout } = await execa(binary, ['agent', '--help'], { cwd: '/' });
    expect(stdout).toContain('--server-port');
  });
});

test('the guest agent is a binary of its own', async () => {
  const bundled = await bundleProgram(root, 'agent-main.ts', buildInfo);
  const output = join(dir, 'agent');
  await buildSea({ root, platform: 'linux-x64', bundled, output });
  const { stdout } = await execa(output, ['--version'], { cwd: '/' });
  expect(stdout).toBe(`9.8.7 (commit abc1234, Node ${process.versions.node})`);
  const { stdout: help } = await execa(output, ['--help'], { cwd: '/' });
  expect(help).toContain('--server-port');
});
