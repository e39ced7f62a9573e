import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sessionCookie } from '../../../src/http/caller.ts';
import { csrfHeader, csrfTokenOf } from '../../../src/http/csrf.ts';
import { createCheckup } from '../../../src/servers/console/checkup.ts';
import { readSettingValue } from '../../../src/servers/console/setting-values.ts';
import { findSettingRow, findWaiting } from '../../../src/servers/console/setting-view.ts';
import {
  putSubnet,
  readSubnetForm,
  toFormProblem,
} from '../../../src/servers/console/subnet-forms.ts';
import { findRefusedCallers } from '../../../src/service/thrift-refusals.ts';
import { createFakeConsole, type FakeConsole } from '../../fakes/console.ts';
import { someFindings } from '../../fakes/findings.ts';

describe('the settings’ page', () => {
  let opened: FakeConsole;
  let headers: Record<string, string>;
  beforeEach(async () => {
    opened = await createFakeConsole(someFindings);
    const { users, logins } = opened.fake.services;
    const session = logins.open(await users.add('boss', 'correct horse', 'admin'), '127.0.0.1');
    const cookie = `${sessionCookie}=${session}`;
    headers = { cookie, [csrfHeader]: csrfTokenOf(session), 'hx-request': 'true' };
  });
  afterEach(() => opened.close());

  const settings = () => opened.fake.services.settings.get();
  const rowOf = (key: string, hasImages = false) => {
    const row = findSettingRow(key, { settings: settings(), hasImages });
    if (!row) throw new Error(key);
    return row;
  };
  const post = (url: string, form: Record<string, string>) =>
    opened.app.inject({
      method: 'POST',
      url,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(form).toString(),
    });

  test.each([
    ['hostDigits', { hostDigits: ' 4 ' }, 4],
    ['hostDigits', { hostDigits: 'four' }, 'four'],
    ['hostDigits', {}, ''],
    ['poolGrow', { poolGrow: 'on' }, true],
    ['poolGrow', {}, false],
    ['servedInterfaces', { servedInterfaces: 'eth0' }, ['eth0']],
    ['servedInterfaces', { servedInterfaces: ['eth0', 'eth1'] }, ['eth0', 'eth1']],
    ['servedInterfaces', {}, []],
    ['hostPrefix', { hostPrefix: '机-' }, '机-'],
  ])('%s of the form %o is %o', (key, form, value) => {
    expect(readSettingValue(rowOf(key), form)).toEqual(value);
  });

  test('a secret is never on the page; where images are, their place stays', async () => {
    opened.fake.services.setSetting('smyooPassword', 'hunter2');
    expect(rowOf('smyooPassword')).toMatchObject({ value: '', isSet: true, isDefault: false });
    const { payload } = await opened.app.inject({ url: '/settings', headers });
    expect(payload).not.toContain('hunter2');
    expect(payload).toContain('id="setting-smyooPassword"');
    expect(rowOf('volumeGroup', true).isLocked).toBe(true);
    expect(rowOf('volumeGroup').isLocked).toBe(false);
  });

  test('what waits for a restart is what differs from the start, whatever else changed', () => {
    const started = settings();
    opened.fake.services.setSetting('targetServer', 'tgt');
    opened.fake.services.setSetting('menuTimeoutMs', 0);
    expect(findWaiting(started, settings())).toEqual(['targetServer']);
    opened.fake.services.resetSetting('targetServer');
    expect(findWaiting(started, settings())).toEqual([]);
  });

  test('the answer to a change is its row, and to a bad one the field and the reason', async () => {
    const saved = await post('/settings/hostDigits', { hostDigits: '4' });
    expect(saved.payload).toMatch(/^\s*<form class="setting" id="setting-hostDigits"/);
    const refused = await post('/settings/hostDigits', { hostDigits: '40' });
    expect(refused.statusCode).toBe(400);
    expect(refused.headers['x-problem-field']).toBe('hostDigits');
    expect(refused.headers['hx-trigger']).toContain('at most 6');
    expect((await post('/settings/nothing', {})).statusCode).toBe(404);
  });

  test('subnets are put in one at a time', async () => {
    const form = { subnet: '10.88.0.0/24', range: '10.88.0.100 – 10.88.0.200', leaseMinutes: '30' };
    expect(readSubnetForm({ ...form, routers: '10.88.0.1，10.88.0.2' })).toEqual({
      subnet: '10.88.0.0/24',
      range: '10.88.0.100-10.88.0.200',
      routers: ['10.88.0.1', '10.88.0.2'],
      leaseSeconds: 1_800,
    });
    const [one, two] = [
      { subnet: 'a', range: '' },
      { subnet: 'b', range: '' },
    ];
    expect(putSubnet([one], '', two)).toEqual([one, two]);
    expect(putSubnet([one, two], 'a', { subnet: 'c', range: '' }).map((x) => x.subnet)).toEqual([
      'c',
      'b',
    ]);

    const refused = await post('/settings/subnets/put', { ...form, routers: '10.99.0.1' });
    expect(refused.headers['x-problem-field']).toBe('routers');
    const badLease = await post('/settings/subnets/put', { ...form, leaseMinutes: 'long' });
    expect(badLease.headers['x-problem-field']).toBe('leaseMinutes');
    const shortLease = await post('/settings/subnets/put', { ...form, leaseMinutes: '0' });
    expect(shortLease.headers['x-problem-field']).toBe('leaseMinutes');
    expect(toFormProblem(new Error('other'))).toEqual(new Error('other'));
    expect((await post('/settings/subnets/put', form)).payload).toContain(
      '10.88.0.100-10.88.0.200',
    );
    expect((await post('/settings/subnets/remove', { subnet: 'x' })).statusCode).toBe(404);
    await post('/settings/subnets/remove', { subnet: '10.88.0.0/24' });
    expect(settings().dhcpSubnets).toEqual([]);
  });

  test('who was refused and still may not, the last one first', () => {
    const event = (id: number, address: string) => ({
      ...{ id, at: id, kind: 'thrift.refused', level: 'warn' as const, mac: null },
      data: { address },
    });
    const events = [
      event(1, '10.0.0.5'),
      event(2, '10.0.0.6'),
      event(3, '10.0.0.5'),
      event(4, '10.1.0.9'),
    ];
    expect(findRefusedCallers(events, ['10.1.0.0/24'])).toEqual([
      { address: '10.0.0.5', count: 2, lastAt: 3 },
      { address: '10.0.0.6', count: 1, lastAt: 2 },
    ]);
  });

  test('those who ask for a checkup at once wait for one look', async () => {
    const examine = vi.fn(async () => [...someFindings]);
    const checkup = createCheckup(examine, () => 7);
    expect(checkup.latest()).toBeUndefined();
    await Promise.all([checkup.run(), checkup.run()]);
    expect(examine).toHaveBeenCalledTimes(1);
    expect(checkup.latest()).toEqual({ at: 7, findings: someFindings });
    await checkup.run();
    expect(examine).toHaveBeenCalledTimes(2);
    const { payload } = await opened.app.inject({ url: '/health/findings', headers });
    expect(payload.indexOf('finding-fail')).toBeLessThan(payload.indexOf('finding-warn'));
    expect(payload.indexOf('finding-warn')).toBeLessThan(payload.indexOf('finding-ok'));
  });

  test('what was done is told by person, by page', async () => {
    const { audit } = opened.fake.services;
    for (let index = 1; index <= 150; index++) {
      const target = `pc-${String(index).padStart(3, '0')}`;
      audit.record({
        user: 'boss',
        method: 'PATCH',
        route: '/api/v1/hosts/:key',
        target,
        address: '-',
      });
    }
    const page = async (query: string) =>
      (await opened.app.inject({ url: `/people/audit${query}`, headers })).payload;
    const first = await page('');
    expect(first).toContain('pc-150');
    expect(first).not.toContain('pc-050<');
    const [, before] = /"before": "(\d+)"/.exec(first) ?? [];
    const older = await page(`/older?before=${before}`);
    expect(older).toContain('pc-050<');
    expect(older).not.toContain('audit-older');
    expect(await page('/list?text=pc-007')).toContain('pc-007');
    expect(await page('/list?text=pc-007')).not.toContain('pc-008');
    expect(await page('/list?user=nobody')).not.toContain('<tr>');
  });
});
