import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { CafebootError } from '../../src/errors.ts';
import { type Daemon, run, spawnDaemon } from '../../src/storage/exec.ts';
import { startTgt } from '../../src/storage/tgt.ts';
import { createTgtAdmin } from '../../src/storage/tgt-admin.ts';
import { initiatorAt } from '../contract/initiator.ts';
import { describeTargetServer } from '../contract/target-server.ts';

const address = '127.0.0.1';
const port = 20_000 + (process.pid % 10_000);

async function makeDisks(directory: string): Promise<string[]> {
  const paths = [0, 1, 2, 3].map((index) => join(directory, `disk-${index}.img`));
  for (const path of paths) {
    await writeFile(path, '');
    await truncate(path, 8 * 1024 ** 2);
  }
  return paths;
}

describeTargetServer('tgt', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  return {
    start: () => startTgt({ runDir: directory, portals: [{ address, port }], run }),
    disks: await makeDisks(directory),

    ...initiatorAt(address, port),
    cleanUp: () => rm(directory, { recursive: true }),
  };
});

test('a tgtd that outlived a crash is adopted with its targets', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  const [disk = ''] = await makeDisks(directory);
  const options = { runDir: directory, portals: [{ address, port: port + 1 }], run };
  const crashed = await startTgt(options);
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
  const spec = { name, initiator: name, luns: [{ devicePath: disk, serial: 'cb1-1' }] };
  await crashed.ensure(spec);
  const next = await startTgt(options);
  expect(await next.list()).toEqual([name]);
  expect(await next.ensure(spec)).toBe('unchanged');
  await next.close();
  await crashed.close();
  await rm(directory, { recursive: true });
});

test('an adopted tgtd’s secrets are compared, and accounts of a cut off change are gone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  const [disk = ''] = await makeDisks(directory);
  const options = { runDir: directory, portals: [{ address, port: port + 3 }], run };
  const crashed = await startTgt(options);
  const specOf = (sn: string, secret: string) => {
    const name = `iqn.2022-10.org.dbc.iscsi:sn.win.${sn}`;
    const luns = [{ devicePath: disk, serial: 'cb1-1' }];
    return { name, initiator: name, luns, chap: { userName: name, secret } };
  };
  const [first, second] = [specOf('1', 'a1B2c3D4e5F6g7H8'), specOf('2', 'i9J0k1L2m3N4o5P6')];
  await crashed.ensure(first);
  await crashed.ensure(second);
  const admin = createTgtAdmin(run, join(directory, 'tgtd'));
  await admin.newAccount('iqn.of.nobody', 'a1B2c3D4e5F6g7H8');
  const next = await startTgt(options);
  expect(await next.ensure(first)).toBe('unchanged');
  expect(await next.ensure(specOf('2', 'otherSecretHere1'))).toBe('replaced');
  const accounts = await admin.accounts();
  expect(accounts.filter((name) => !name.includes('/')).sort()).toEqual([first.name, second.name]);
  await next.remove(first.name);
  await next.remove(second.name);
  expect(await admin.accounts()).toEqual([]);
  await next.close();
  await crashed.close();
  await rm(directory, { recursive: true });
});

test('a failed command that had a secret tells it to nobody', async () => {
  const secret = 'a1B2c3D4e5F6g7H8';
  const admin = createTgtAdmin(run, '/nowhere/tgtd');
  const error = await admin.newAccount('somebody', secret).catch((each: unknown) => each);
  expect(error).toMatchObject({ code: 'command_failed' });
  expect(inspect(error, { depth: 9 })).toContain('--password ***');
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
});

test.each(['one of ours', 'an adopted one'])(
  'a tgtd that dies is started again: %s',
  async (kind) => {
    const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
    const [disk = ''] = await makeDisks(directory);
    const ownPort = port + 4;
    const pidOf = async () =>
      Number((await run('pgrep', ['-f', `tgtd -f --iscsi portal=${address}:${ownPort}$`])).stdout);
    let outlived: Daemon | undefined;
    if (kind === 'an adopted one') {
      const socket = join(directory, 'tgtd');
      outlived = spawnDaemon('tgtd', ['-f', '--iscsi', `portal=${address}:${ownPort}`], {
        TGT_IPC_SOCKET: socket,
      });
      await expect.poll(createTgtAdmin(run, socket).answers, { timeout: 10_000 }).toBe(true);
    }
    const told: unknown[] = [];
    const onDown = (error: unknown) => told.push((error as CafebootError).code);
    const portals = [{ address, port: ownPort }];
    const server = await startTgt({ runDir: directory, portals, run, onDown });
    const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
    const chap = { userName: name, secret: 'a1B2c3D4e5F6g7H8' };
    const luns = [{ devicePath: disk, serial: 'cb1-1' }];
    const spec = { name, initiator: name, luns, chap };
    await server.ensure(spec);
    const first = await pidOf();
    process.kill(first, 'SIGKILL');
    await outlived?.ended;
    await expect.poll(() => server.compare(spec), { timeout: 20_000 }).toBe('missing');
    const ensured = () => server.ensure(spec).catch((error: CafebootError) => error.code);
    await expect.poll(ensured, { timeout: 20_000 }).toBe('created');
    expect(told).toEqual(['target_unavailable']);
    expect(await pidOf()).not.toBe(first);
    expect(await initiatorAt(address, ownPort).login(name, name, chap)).toEqual({ luns: [1] });
    await server.close();
    expect(told).toHaveLength(1);
    await expect(pidOf()).rejects.toMatchObject({ code: 'command_failed' });
    await rm(directory, { recursive: true });
  },
);

test('a tgtd that outlived a crash moves to other portals, and who is logged in stays', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  const [disk = ''] = await makeDisks(directory);
  const [before, after] = [port + 5, port + 6];
  const portalAt = (each: number) => ({
    runDir: directory,
    portals: [{ address, port: each }],
    run,
  });
  const crashed = await startTgt(portalAt(before));
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
  const spec = { name, initiator: name, luns: [{ devicePath: disk, serial: 'cb1-1' }] };
  await crashed.ensure(spec);
  const leave = await initiatorAt(address, before).stay(name, name, 1);
  const next = await startTgt(portalAt(after));
  expect(await next.sessions()).toMatchObject([{ target: name }]);
  expect(await initiatorAt(address, after).login(name, name)).toEqual({ luns: [1] });
  expect(await initiatorAt(address, before).login(name, name)).toHaveProperty('refused');
  await leave();
  await next.close();
  await crashed.close();
  await rm(directory, { recursive: true });
});

test('a port that is taken is told as such', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  const first = await startTgt({ runDir: directory, portals: [{ address, port: port + 2 }], run });
  const second = join(directory, 'second');
  await expect(
    startTgt({ runDir: second, portals: [{ address, port: port + 2 }], run }),
  ).rejects.toMatchObject({ code: 'port_in_use' });
  await first.close();
  await rm(directory, { recursive: true });
});
