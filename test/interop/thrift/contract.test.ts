import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Appliance } from '../appliance.ts';
import type { Running } from '../netns.ts';
import {
  type Answer,
  offAddress,
  pcAddress,
  python,
  type Request,
  server,
  smyooPort,
  startAgent,
  startThriftLab,
  type ThriftLab,
} from './lab.ts';

/** Type numbers of the contract's table. */
const type = {
  ping: 1,
  getHostInfo: 2,
  setHostInfo: 3,
  getUserList: 4,
  setUserPassword: 5,
  getBootMenu: 32,
  setBootMenu: 33,
  getCard: 34,
  setCardPower: 35,
};

/** 32 letters of four bytes each: more than fits below a length byte of 128. */
const longName = '𠮷'.repeat(32);
const setMenu = (host: string | undefined, menu: string, superTube = false): Request => ({
  type: type.setBootMenu,
  ...(host !== undefined && { host }),
  body: ['BootMenu', { menu, superTube }],
});

let lab: ThriftLab;
let appliance: Appliance;
let agent: Running;
let etc: string;
let mac: string;

beforeAll(async () => {
  lab = await startThriftLab();
  appliance = await lab.start();
  const { api } = appliance;
  const address = await lab.nodes.pc.exec(['cat', '/sys/class/net/eth0/address']);
  mac = address.stdout;
  await api('POST', '/images', { name: 'win', kind: 'os', sizeBytes: 1024 ** 2 });
  for (const name of ['win', 'ubuntu']) await api('POST', '/entries', { name, os: 'win' });
  await api('POST', '/hosts', { name: 'pc-01', mac, entry: 'win', ip: pcAddress });
  await api('POST', '/hosts', { name: longName, mac: '525400000002', ip: offAddress });
  await api('POST', '/hosts', { name: 'pc-nowhere', mac: '525400000003' });
  const settings = {
    thriftCallers: ['10.78.0.2', '127.0.0.1'],
    smyooBaseUrl: `http://127.0.0.1:${smyooPort}`,
    smyooPhone: '13800000000',
    smyooPassword: 'secret',
  };
  for (const [key, value] of Object.entries(settings))
    await api('PUT', `/settings/${key}`, { value });
  const vendor = [process.execPath, lab.script('smyoo.ts'), String(smyooPort)] as const;
  await lab.nodes.server.spawn(vendor).waitFor(/ready/);
  ({ agent, etc } = await startAgent(lab.nodes.pc, lab.directory, ['--server', server]));
  await agent.waitFor(/guest agent is ready/);
  await agent.waitFor(/the server knows that the OS is up/);
});
afterAll(() => lab.destroy());

const ask = async (request: Request, raw = false): Promise<Answer> => {
  const [answer] = await lab.ask([request], { raw });
  if (!answer) throw new Error('no answer');
  return answer;
};

describe('what the server does itself', () => {
  test('ping, as a method and as a message', async () => {
    expect(await ask({ ping: true })).toMatchObject({ pong: 'pong' });
    expect(await ask({ type: type.ping })).toMatchObject({ code: 0, message: 'pong' });
  });

  test('the boot menu is the entries by name', async () => {
    const answer = await ask({ type: type.getBootMenu, answer: 'BootMenuList' });
    expect(answer).toMatchObject({ code: 0, menus: ['win', 'ubuntu'] });
  });

  test('a host gets another entry and super mode, and its next script shows both', async () => {
    const script = async () => {
      const url = `http://${server}:8080/ipxe/cfg/mac-${mac.replaceAll(':', '')}.ipxe.cfg`;
      return (await lab.nodes.pc.exec(['curl', '-s', url])).stdout;
    };
    expect(await script()).toContain('--default entry-win');
    expect(await ask(setMenu('pc-01', 'ubuntu', true))).toMatchObject({
      code: 0,
      message: 'success',
    });
    expect(await script()).toMatch(/SUPER MODE[\s\S]*--default entry-ubuntu/);
    expect(await appliance.api('GET', '/hosts/pc-01')).toMatchObject({
      entry: 'ubuntu',
      super: true,
    });
    expect(await ask(setMenu('pc-01', 'win'))).toMatchObject({ code: 0 });
    expect(await script()).toMatch(/^(?![\s\S]*SUPER MODE)[\s\S]*--default entry-win/);
  });

  test('what it cannot do has a code, and a text', async () => {
    const refused: [Request, number][] = [
      [setMenu('pc-01', 'dos'), 1101],
      [setMenu('pc-99', 'win'), 2001],
      [setMenu(undefined, 'win'), 6],
      // Without a body, then of a type that is none, then of one of the guest agents alone.
      [{ type: 33, host: 'pc-01' }, 3],
      [{ type: 99 }, 5],
      [{ type: 1000, host: 'pc-01' }, 5],
    ];
    const answers = await lab.ask(refused.map(([request]) => request));
    expect(answers.map(({ code }) => code)).toEqual(refused.map(([, code]) => code));
    for (const { message } of answers) expect(message).not.toBe('');
    expect(answers.slice(-2).map(({ message }) => message)).toEqual(
      Array(2).fill('unknown message type'),
    );
  });
});

describe('cloud power cards', () => {
  const card = (host?: string): Request => ({
    type: type.getCard,
    answer: 'SmyooDeviceInfo',
    ...(host !== undefined && { host }),
  });
  const switched = (host: string, status: number, more = {}): Request => ({
    type: type.setCardPower,
    host,
    body: ['SmyooDevicePowerData', { status, ...more }],
  });

  test('are shown by the name of a host, and switched', async () => {
    const answers = await lab.ask([
      ...[card('pc-01'), card('pc-02')],
      ...[switched('pc-01', 1), card('pc-01')],
      ...[switched('x', 0, { mcuid: 'id-1' }), card('pc-01')],
    ]);
    expect(answers).toMatchObject([
      { code: 0, mcuid: 'id-1', mcuname: 'pc-01', note: '前台', isonline: 1, power: 0 },
      { code: 0, mcuid: 'id-2', power: 1 },
      { code: 0 },
      { code: 0, power: 1 },
      { code: 0 },
      { code: 0, power: 0 },
    ]);
  });

  test('each failure has its code', async () => {
    const answers = await lab.ask([
      ...[card(), card('pc-99'), switched('pc-99', 1)],
      ...[switched('pc-01', 2), switched('pc-03', 1)],
    ]);
    expect(answers.map(({ code }) => code)).toEqual([6, 2001, 2001, 1201, 1202]);
    await appliance.api('PUT', '/settings/smyooPassword', { value: 'wrong' });
    expect(await ask(switched('pc-01', 1))).toMatchObject({ code: 1203 });
    await appliance.api('PUT', '/settings/smyooPassword', { value: 'secret' });
    expect(await ask(switched('pc-01', 0))).toMatchObject({ code: 0 });
  });
});

describe('the guest agent, through the server', () => {
  const forPc = (number: number, more: Partial<Request> = {}): Request => ({
    type: number,
    host: 'pc-01',
    ...more,
  });
  const setPassword = (userName: string, password: string) =>
    forPc(type.setUserPassword, { body: ['UserPassword', { userName, password }] });
  const shadowOf = async (user: string) =>
    new RegExp(`^${user}:([^:]*)`, 'm').exec(await readFile(join(etc, 'shadow'), 'utf8'))?.[1];

  test('host info, got and set', async () => {
    const get = forPc(type.getHostInfo, { answer: 'HostInfo' });
    expect(await ask(get)).toMatchObject({ code: 0, hostName: 'pc-before', ipAddress: pcAddress });
    const set = (hostName: string, ipAddress = pcAddress) =>
      forPc(type.setHostInfo, { body: ['HostInfo', { hostName, ipAddress }] });
    expect(await ask(set('pc-after'))).toMatchObject({ code: 0 });
    expect(await ask(get)).toMatchObject({ code: 0, hostName: 'pc-after' });
    expect(await readFile(join(etc, 'hostname'), 'utf8')).toBe('pc-after\n');
    expect(await ask(set('-bad-'))).toMatchObject({ code: 10201 });
    expect(await ask(set('pc-after', '10.9.9.9'))).toMatchObject({ code: 10201 });
  });

  test('people log in with the password they were given; nobody else gets one', async () => {
    await writeFile(
      join(etc, 'passwd'),
      'root:x:0:0::/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n' +
        'player:x:1000:1000::/:/bin/bash\n网管:x:1001:1001::/:/bin/bash\n' +
        'ftp:x:1002:1002::/:/usr/sbin/nologin\n',
    );
    await writeFile(join(etc, 'shadow'), 'root:!:1::::::\nplayer:!:1::::::\n网管:!:1::::::\n');
    const list = await ask(forPc(type.getUserList, { answer: 'UserList' }));
    expect(list).toMatchObject({ code: 0, users: ['player', '网管'] });

    expect(await ask(setPassword('player', 'Neu es:Wort'))).toMatchObject({ code: 0 });
    const hash = (await shadowOf('player')) ?? '';
    const check = `import crypt,sys; sys.exit(crypt.crypt("Neu es:Wort", ${JSON.stringify(hash)}) != ${JSON.stringify(hash)})`;
    expect(hash).toMatch(/^\$/);
    expect(await lab.nodes.pc.exec([python, '-W', 'ignore', '-c', check])).toMatchObject({
      exitCode: 0,
    });

    for (const [user, password] of [
      ['root', 'x'],
      ['nobody', 'x'],
      ['player', 'a\nroot:b'],
      ['player\nroot', 'x'],
    ] as const) {
      expect(await ask(setPassword(user, password))).toMatchObject({ code: 10401 });
    }
    expect(await shadowOf('root')).toBe('!');
    const noBody = forPc(type.setUserPassword);
    expect(await ask(noBody)).toMatchObject({ code: 10003 });
  });

  test('names and lists that are longer than 127 bytes pass unchanged', async () => {
    const users = Array.from({ length: 200 }, (_, index) => `player-${index}-${'长'.repeat(60)}`);
    const lines = users.map((user, index) => `${user}:x:${1000 + index}:1000::/:/bin/sh\n`);
    await writeFile(join(etc, 'passwd'), lines.join(''));
    await writeFile(join(etc, 'shadow'), users.map((user) => `${user}:!:1::::::\n`).join(''));
    const list = await ask(forPc(type.getUserList, { answer: 'UserList' }), true);
    expect(list).toMatchObject({ code: 0, users });
    const answer = await ask(setPassword(users[199] ?? '', 'p'.repeat(200)), true);
    expect(answer).toMatchObject({ code: 0 });
    expect(await shadowOf(users[199] ?? '')).toMatch(/^\$/);
  });

  test('shutting down and rebooting is asked of it by the power command', async () => {
    const wait = async (action: string) => {
      const { id } = (await appliance.api('POST', '/power', { action, hosts: ['pc-01'] })) as {
        id: number;
      };
      await expect
        .poll(() => appliance.api('GET', `/tasks/${id}`), { timeout: 10_000 })
        .toMatchObject({ state: 'done' });
    };
    await wait('reboot');
    await wait('off');
    expect(await readFile(join(etc, 'left'), 'utf8')).toBe('reboot\npoweroff\n');
  });

  test('its OS was reported, with the hardware; asked again it says the same', async () => {
    const os = await appliance.api('GET', '/hosts/pc-01/os');
    expect(os).toMatchObject({
      address: pcAddress,
      os: expect.stringContaining('Debian'),
      inventory: { memoryBytes: expect.any(Number), nics: [{ name: 'eth0' }] },
    });
    const again = await appliance.api('POST', '/hosts/pc-01/os/refresh', {});
    expect(again).toMatchObject({ inventory: (os as { inventory: object }).inventory });
  });

  test('answers nobody but its server', async () => {
    const [answer] = await lab.ask([{ ping: true }], { to: pcAddress });
    expect(answer).toMatchObject({ failed: expect.stringMatching(/TTransport|EOF|Reset/) });
    await agent.waitFor(/caller refused/);
  });
});

describe('guest agents that do not answer', () => {
  const users = (host: string): Request => ({ type: type.getUserList, host });

  test('unknown hosts, none named, PCs that are off or nowhere: soon', async () => {
    expect(await ask(users('pc-99'))).toMatchObject({ code: 6 });
    expect(await ask({ type: type.getUserList })).toMatchObject({ code: 6 });
    const nowhere = await ask(users('pc-nowhere'));
    expect(nowhere).toMatchObject({ code: 7 });
    const off = await ask(users(longName));
    expect(off.code).toBe(7);
    expect(off.ms).toBeLessThan(3_000);
  });

  test('no agent in a running OS: at once; one out of order by its own code', async () => {
    await agent.stop();
    const absent = await ask(users('pc-01'));
    expect(absent.code).toBe(7);
    expect(absent.ms).toBeLessThan(3_000);
    for (const [mode, code] of [
      ['raising', 3],
      ['closing', 3],
      ['garbage', 3],
      ['silent', 4],
    ] as const) {
      const odd = lab.nodes.pc.spawn([
        python,
        lab.script('odd_agent.py'),
        ...[pcAddress, '9090', mode, lab.generated.text],
      ]);
      await odd.waitFor(/ready/);
      expect(await ask(users('pc-01')), mode).toMatchObject({ code });
      await odd.stop();
    }
  });
});

describe('many calls', () => {
  test('a thousand on one connection, and several clients at once', async () => {
    const began = performance.now();
    const [last] = await lab.ask([
      { type: type.getBootMenu, answer: 'BootMenuList', repeat: 1000 },
    ]);
    expect(last).toMatchObject({ code: 0, menus: ['win', 'ubuntu'] });
    expect(performance.now() - began).toBeLessThan(20_000);
    const clients = Array.from({ length: 8 }, (_, index) =>
      lab.ask(
        Array.from({ length: 25 }, () =>
          setMenu(index % 2 ? 'pc-01' : longName, index % 3 ? 'win' : 'ubuntu'),
        ),
      ),
    );
    const answers = (await Promise.all(clients)).flat();
    expect(answers).toHaveLength(200);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([0]));
  });

  test('a menu of more than 127 entries, by its bytes', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `entry-${index}`);
    for (const name of names) await appliance.api('POST', '/entries', { name, os: 'win' });
    const answer = await ask({ type: type.getBootMenu, answer: 'BootMenuList' }, true);
    expect(answer.menus).toEqual(['win', 'ubuntu', ...names]);
    for (const name of names) await appliance.api('DELETE', `/entries/${name}`);
  });
});
