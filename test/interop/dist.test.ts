import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram, prepareProgram } from '../../scripts/dist/program.ts';
import { buildSea, bundleProgram } from '../../scripts/dist/sea.ts';

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

test('the guest agent is a binary of its own', async () => {
  const bundled = await bundleProgram(root, 'agent-main.ts', buildInfo);
  const output = join(dir, 'agent');
  await buildSea({ root, platform: 'linux-x64', bundled, output });
  const { stdout } = await execa(output, ['--version'], { cwd: '/' });
  expect(stdout).toBe(`9.8.7 (commit abc1234, Node ${process.versions.node})`);
  const { stdout: help } = await execa(output, ['--help'], { cwd: '/' });
  expect(help).toContain('--server-port');
});
