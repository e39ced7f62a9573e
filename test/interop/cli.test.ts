import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, bundlePath } from '../../scripts/bundle.ts';
import { createLan, type Lan, type Running } from './netns.ts';

const node = process.execPath;

/** The command line as a person uses it: real processes, with and without a server on the data. */
describe('the command line', () => {
  let dataDir: string;
  let lan: Lan<'server'>;
  let server: Running;
  const globals = () => ['--data-dir', dataDir, '--pool-size-bytes', String(1024 ** 3)];

  const cli = (args: string[], language = 'en_US.UTF-8') =>
    execa(node, [bundlePath, ...globals(), ...args], {
      reject: false,
      timeout: 30_000,
      env: { LANG: language, LC_ALL: '' },
    });
  const json = async (...args: string[]) => {
    const { stdout, exitCode, stderr } = await cli(['--json', ...args]);
    expect(stderr, args.join(' ')).toBe('');
    expect(exitCode).toBe(0);
    return JSON.parse(stdout);
  };
  const serve = async () => {
    server = lan.nodes.server.spawn([node, bundlePath, ...globals(), 'serve']);
    await server.waitFor(/cafeboot is ready/, 20_000);
  };

  beforeAll(async () => {
    await bundle();
    dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-cli-'));
    lan = await createLan({ server: '10.77.0.1/24' });
    await writeFile(join(dataDir, 'disk.raw'), Buffer.alloc(3 * 1024 ** 2, 5));
  });
  afterAll(async () => {
    await lan.destroy();
    await rm(dataDir, { recursive: true });
  });

  test('without a server it works on the data itself', async () => {
    await json('image', 'create', '--name', 'win', '--size', '1G');
    await json('entry', 'add', '--name', 'win', '--os', 'win');
    const [host] = await json('host', 'add', '--name', '前台', '--mac', '5254.0000.0001');
    expect(host).toMatchObject({ name: '前台', mac: '52:54:00:00:00:01' });
  });

  test('with a server it talks to it, and sees the same', async () => {
    await serve();
    expect(await json('host', 'list')).toHaveLength(1);
    await json('host', 'set', '前台', '--entry', 'win', '--overlay', 'keep', '--ip', '10.77.0.50');
    const file = join(dataDir, 'disk.raw');
    const task = await json(
      'image',
      'import',
      '--name',
      'games',
      '--kind',
      'data',
      '--file',
      file,
      '--wait',
    );
    expect(task).toMatchObject({ kind: 'image.import', subject: 'games', state: 'done' });
    const [image] = await json('image', 'list');
    expect(image).toMatchObject({
      name: 'games',
      kind: 'data',
      published: 1,
      sizeBytes: 3 * 1024 ** 2,
    });
    const next = ['games', '--file', file, '--note', 'again', '--wait'];
    const done = await json('image', 'import-version', ...next);
    expect(done).toMatchObject({ kind: 'image.import', subject: 'games', state: 'done' });
    expect(await json('image', 'versions', 'games')).toMatchObject({
      published: 2,
      versions: [{ number: 1 }, { number: 2, note: 'again' }],
    });
    const { stdout } = await cli(['host', 'list']);
    expect(stdout).toMatch(
      /^前台 +52:54:00:00:00:01 +10\.77\.0\.50 +- +win +- +- +keep +yes +- +- +agent,wol +auto +-$/m,
    );
  });

  test('the pool: how full it is, and from when on nothing new is made', async () => {
    const status = await json('storage', 'status');
    expect(status).toMatchObject({
      kind: 'reflink',
      state: 'ok',
      data: { level: 'ok', limits: { warn: 80, free: 90, refuse: 95 }, fullInDays: null },
      metadata: null,
      growableBytes: null,
    });
    expect(status.data.percent).toBeCloseTo(
      (status.data.usedBytes / status.data.totalBytes) * 100,
      0,
    );
    const { stdout } = await cli(['storage', 'status']);
    expect(stdout).toMatch(/^pool +reflink +ok$/m);
    expect(stdout).toMatch(/^data +[\d.]+ % +[\d.]+ MiB of [\d.]+ MiB; warns at 80 %/m);
    await json('setting', 'set', 'poolWarnPercent', '1');
    expect(await json('storage', 'status')).toMatchObject({ data: { limits: { warn: 1 } } });
    const disorder = await cli(['setting', 'set', 'poolFreePercent', '96']);
    expect(disorder.stderr).toContain('poolWarnPercent < poolFreePercent < poolRefusePercent');
    await json('setting', 'reset', 'poolWarnPercent');
  });

  test('CHAP: a switch per PC and a new secret; the secret itself is shown nowhere', async () => {
    expect(await json('host', 'set', '前台', '--chap', 'off')).toMatchObject([{ chap: false }]);
    expect(await json('host', 'set', '前台', '--chap', 'on')).toMatchObject([{ chap: true }]);
    const [host] = await json('host', 'renew-secret', '前台');
    expect(Object.keys(host).sort()).toEqual([
      'bootFiles',
      'capture',
      'chap',
      'entry',
      'firmware',
      'group',
      'id',
      'ip',
      'mac',
      'name',
      'nextEntry',
      'nextTool',
      'overlay',
      'power',
      'super',
    ]);
    const events = await cli(['timeline', '--json']);
    expect(events.stdout).toContain('"kind":"host.secret-renewed"');
    expect(events.stdout).not.toMatch(/secret"|password/i);
  });

  test('how a PC starts, what it boots once, and PCs that were not in the list', async () => {
    const set = (...flags: string[]) => json('host', 'set', '前台', ...flags);
    expect(await set('--firmware', 'snponly')).toMatchObject([{ firmware: 'snponly' }]);
    const bad = await cli(['host', 'set', '前台', '--firmware', 'floppy']);
    expect([bad.exitCode, bad.stderr]).toEqual([1, expect.stringContaining('undionly')]);
    expect(await set('--next-entry', 'win')).toMatchObject([{ nextEntry: 'win' }]);
    expect(await set('--next-entry', '', '--firmware', 'auto')).toMatchObject([
      { nextEntry: null, firmware: 'auto' },
    ]);

    const { code } = await json('code');
    expect(code).toMatch(/^\d{8}$/);
    expect((await cli(['code'])).stdout).toMatch(new RegExp(`^${code} +\\(\\d\\d:`));
    const [adopted] = await json('host', 'adopt', '525400000031', '--name', '31');
    expect(adopted).toMatchObject({ name: 'pc-031', mac: '52:54:00:00:00:31' });
    expect(await json('host', 'adopt', '--all')).toEqual([]);
    expect((await cli(['host', 'adopt'])).stderr).toContain('--all');
    await cli(['host', 'remove', 'pc-031']);
  });

  test('autoexec.ipxe by TFTP leads a stock iPXE to its script, unless there is another', async () => {
    const { server: node } = lan.nodes;
    const fetched = async (url: string) => {
      const got = await node.exec(['curl', '-sS', '-m', '10', url]);
      expect(got.stderr).toBe('');
      return got.stdout;
    };
    const url = 'tftp://10.77.0.1/autoexec.ipxe';
    const script = await fetched(url);
    await expect(script).toMatchFileSnapshot('../fixtures/golden/scripts/autoexec.ipxe');
    const [, next = ''] = /^chain --replace --autofree (\S+) /m.exec(script) ?? [];
    expect(await fetched(next)).toMatch(/^#!ipxe\n/);
    await writeFile(join(dataDir, 'tftp/autoexec.ipxe'), '#!ipxe\nshell\n');
    expect(await fetched(url)).toBe('#!ipxe\nshell');
    await rm(join(dataDir, 'tftp/autoexec.ipxe'));
  });

  test('a capture is set and ended by hand; old versions and tasks are told', async () => {
    const refused = await cli(['host', 'capture', '前台', '--image', 'win']);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining('cafeboot host set 前台 --super on'),
    ]);
    await json('host', 'set', '前台', '--super', 'on');
    const [capturing] = await json('host', 'capture', '前台', '--image', 'win');
    expect(capturing).toMatchObject({ super: true, capture: 'win' });
    expect(await json('host', 'capture', '前台', '--end')).toMatchObject([{ capture: null }]);
    const neither = await cli(['host', 'capture', '前台']);
    expect([neither.exitCode, neither.stderr]).toEqual([1, expect.stringContaining('--image')]);
    await json('host', 'set', '前台', '--super', 'off');

    expect(await json('image', 'prune')).toEqual([]);
    await json('setting', 'set', 'versionsKept', '1');
    await json('image', 'grow', 'win', '--size', '2G');
    await json('image', 'publish', 'win');
    await json('image', 'grow', 'win', '--size', '3G');
    const grown = await json('image', 'publish', 'win');
    expect(grown).toMatchObject({ published: 3 });
    const numbers = async () =>
      (await json('image', 'versions', 'win')).versions.map(
        ({ number }: { number: number }) => number,
      );
    // After the publish, without being asked.
    await expect.poll(numbers, { timeout: 10_000 }).toEqual([2, 3]);

    const [task] = await json('task', 'list');
    expect(task).toMatchObject({ kind: 'image.import', state: 'done' });
    const { stdout } = await cli(['task', 'list']);
    expect(stdout).toMatch(/^1 +image\.import +games +done +100 %/m);
    expect(await json('task', 'cancel', String(task.id))).toMatchObject([{ state: 'done' }]);
    const none = await cli(['task', 'cancel', '99']);
    expect([none.exitCode, none.stderr]).toEqual([1, 'cafeboot: There is no task 99.']);
  });

  test('errors name what is wrong and what to do, in the language of the terminal', async () => {
    const taken = await cli(['host', 'add', '--name', 'pc-02', '--mac', '525400000001']);
    expect([taken.exitCode, taken.stderr]).toEqual([
      1,
      expect.stringContaining('Choose another one'),
    ]);
    const chinese = await cli(['host', 'set', 'nobody', '--super', 'on'], 'zh_CN.UTF-8');
    expect([chinese.exitCode, chinese.stderr]).toEqual([1, 'cafeboot: 没有 客户机 nobody。']);
    const bad = await cli(['setting', 'set', 'rechain', 'maybe']);
    expect([bad.exitCode, bad.stderr]).toEqual([1, expect.stringContaining('rechain')]);
    const misspelt = await cli(['host', 'set', '前台', '--overlay', 'keeep']);
    expect([misspelt.exitCode, misspelt.stderr]).toEqual([
      1,
      expect.stringContaining('discard, keep'),
    ]);
  });

  test('the timeline follows what happens', async () => {
    const follower = execa(node, [bundlePath, ...globals(), 'timeline', '--follow', '--json'], {
      reject: false,
      timeout: 20_000,
    });
    const seen = new Promise<void>((resolve) => {
      let text = '';
      follower.stdout.on('data', (chunk: Buffer) => {
        text += chunk;
        if (/"kind":"setting.changed".*menuTimeoutMs/.test(text)) resolve();
      });
    });
    await json('setting', 'set', 'menuTimeoutMs', '100');
    await seen;
    follower.kill();
    await follower;
  });

  test('a second server on the same data is refused with the reason', async () => {
    const second = await cli(['serve']);
    expect([second.exitCode, second.stderr]).toEqual([
      1,
      expect.stringContaining('Another cafeboot'),
    ]);
  });

  test('a PC is switched by its power means, and shown with what its OS told', async () => {
    const [host] = await json('host', 'set', '前台', '--power', 'wol,agent');
    expect(host).toMatchObject({ power: ['wol', 'agent'] });
    expect(await json('power', 'on', '前台')).toMatchObject({ kind: 'power.on', state: 'done' });
    const off = await cli(['power', 'off', '--all']);
    expect(off).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('10.77.0.50') });
    expect((await cli(['power', 'off'])).stderr).toContain('--group');
    expect(await json('host', 'show', '前台')).toMatchObject({ name: '前台', os: null });
    expect((await cli(['host', 'set', '前台', '--power', 'steam'])).exitCode).toBe(1);
  });

  test('killed with -9, nothing is lost and the next start needs no hand', async () => {
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => stat(`/proc/${server.pid}`).catch(() => null)).toBeNull();
    expect(await json('host', 'list')).toHaveLength(1);
    await serve();
    expect((await json('image', 'list')).map(({ name }: { name: string }) => name)).toEqual([
      'games',
      'win',
    ]);
  });

  test('told to stop, it takes its target server along and unmounts the pool', async () => {
    await server.stop();
    const { namespace } = lan.nodes.server;
    const left = async () => (await execa('ip', ['netns', 'pids', namespace])).stdout;
    await expect.poll(left, { timeout: 5_000 }).toBe('');
    expect((await execa('cat', ['/proc/mounts'])).stdout).not.toContain(dataDir);
  });

  test('a port that is taken is named', async () => {
    const blocker = lan.nodes.server.spawn([
      node,
      '-e',
      "require('net').createServer().listen(8080, '0.0.0.0', () => console.log('taken'))",
    ]);
    await blocker.waitFor(/taken/);
    const taken = await lan.nodes.server.exec([node, bundlePath, ...globals(), 'serve']);
    expect([taken.exitCode, taken.stderr]).toEqual([1, expect.stringContaining('8080')]);
    await blocker.stop();
  });

  test('an interface that is none is named, with those there are', async () => {
    const missing = await lan.nodes.server.exec([
      node,
      bundlePath,
      ...globals(),
      '--interface',
      'eth9',
      'serve',
    ]);
    expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringContaining('has: eth0')]);
  });
});
