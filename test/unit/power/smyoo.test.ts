import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSmyoo } from '../../../src/power/smyoo.ts';
import type { SmyooAccount } from '../../../src/power/smyoo-wire.ts';
import { startFakeSmyoo } from '../../fakes/smyoo.ts';

type Fake = Awaited<ReturnType<typeof startFakeSmyoo>>;

const hourMs = 3_600_000;
let fake: Fake;
let account: SmyooAccount;
let now: number;

beforeEach(async () => {
  fake = await startFakeSmyoo();
  now = 0;
  account = {
    ...{ baseUrl: `${fake.url}/`, phone: '13800000000', password: 'secret' },
    ...{ appId: '77', endpointOs: '1', clientVersion: '', deviceId: 'D0', context: 'C0' },
    ...{ areaId: '0', autologin: 'true', clientId: '0042', clientSecret: 'S0' },
  };
});
afterEach(() => fake.close());

const open = () => createSmyoo({ account: () => account, now: () => now });
const logins = () => fake.requests.filter(({ path }) => path.endsWith('synloginopen')).length;
const paths = () => fake.requests.map(({ path }) => path.split('/').at(-1));

describe('the cloud power cards', () => {
  test('are listed and switched in one session, in the steps of the vendor', async () => {
    const smyoo = open();
    expect(await smyoo.list()).toMatchObject([
      { mcuid: 'id-1', mcuname: 'pc-01', note: '前台', isonline: 1, power: 0 },
      { mcuid: 'id-2', isonline: 0, power: 1 },
      { mcuid: 'broken' },
    ]);
    await smyoo.setPower('id-1', true);
    expect((await smyoo.list())[0]).toMatchObject({ power: 1 });
    expect(paths()).toEqual([
      ...['synloginopen', 'synloginticket', 'statuschanged', 'querydevices'],
      ...['setdevicedata', 'statuschanged', 'querydevices'],
    ]);
    expect(fake.requests[0]?.fields).toEqual({
      ...{ appId: 77, endpointOS: 1, clientVersion: '', deviceId: 'D0', context: 'C0' },
      ...{ areaId: 0, phone: '13800000000', password: 'secret', autologin: 'true' },
      ...{ client_id: '0042', client_secret: 'S0' },
    });
    expect(fake.requests[4]?.fields).toMatchObject({
      ...{ mcuid: 'id-1', datatype: 1, datapoint: '{"status":1}' },
    });
  });

  test('are asked for anew only when the vendor says that one changed', async () => {
    const smyoo = open();
    await smyoo.list();
    await smyoo.list();
    expect(paths().filter((path) => path === 'querydevices')).toHaveLength(1);
  });

  test('many callers share one login; it lasts most of a day, and ends with the settings', async () => {
    const smyoo = open();
    await Promise.all([smyoo.list(), smyoo.list(), smyoo.list()]);
    now = 19 * hourMs;
    await smyoo.list();
    expect(logins()).toBe(1);
    now = 21 * hourMs;
    await smyoo.list();
    expect(logins()).toBe(2);
    account = { ...account, deviceId: 'D1' };
    await smyoo.list();
    expect(logins()).toBe(3);
  });

  test('a session that is over is opened again, once', async () => {
    const smyoo = open();
    await smyoo.list();
    fake.faults.sessionsOver = true;
    await smyoo.setPower('id-1', true);
    expect(fake.cards[0]?.status).toBe(1);
    expect(logins()).toBe(2);
    fake.faults.noSessions = true;
    await expect(smyoo.list()).rejects.toMatchObject({ code: 'smyoo_refused' });
    expect(logins()).toBe(3);
  });

  test('a bad login is told as such, and tried again when asked again', async () => {
    account = { ...account, password: 'wrong' };
    const smyoo = open();
    await expect(smyoo.list()).rejects.toMatchObject({
      code: 'smyoo_login_refused',
      context: { reason: 'wrong password (-10242504)' },
    });
    account = { ...account, password: 'secret' };
    expect(await smyoo.list()).toHaveLength(3);
  });

  test('an unknown card, and one that does not answer', async () => {
    const smyoo = open();
    for (const id of ['id-9', 'broken']) {
      await expect(smyoo.setPower(id, true)).rejects.toMatchObject({ code: 'smyoo_refused' });
    }
  });

  test.each([
    ['a vendor that is silent', { silent: true }, 'no answer in time'],
    ['a page instead of JSON', { html: true }, 'the answer is no JSON'],
    ['JSON of something else', { text: '[1]' }, 'the answer has no resultCode'],
    ['a server error', { status: 502 }, 'HTTP status 502'],
    ['an endless answer', { text: `"${'x'.repeat(2 ** 21)}"` }, 'the answer is too long'],
  ])('%s', async (_what, faults, reason) => {
    Object.assign(fake.faults, faults);
    const timeoutMs = 'silent' in faults ? 300 : 10_000;
    const smyoo = createSmyoo({ account: () => account, now: () => now, timeoutMs });
    await expect(smyoo.list()).rejects.toMatchObject({
      code: 'smyoo_unreachable',
      context: { reason },
    });
  });

  test('nobody at the address, and no account', async () => {
    await fake.close();
    await expect(open().list()).rejects.toMatchObject({
      code: 'smyoo_unreachable',
      context: { reason: expect.stringContaining('ECONNREFUSED') },
    });
    account = { ...account, phone: '' };
    await expect(open().list()).rejects.toMatchObject({
      code: 'smyoo_not_set',
      context: { field: 'smyooPhone' },
    });
  });
});
