import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTranslator } from '../../../src/i18n/translate.ts';
import { createApi } from '../../../src/servers/api/server.ts';
import { createFakeServices, type FakeServices } from '../../fakes/services.ts';

describe('REST API', () => {
  let fake: FakeServices;
  let app: FastifyInstance;

  beforeEach(async () => {
    fake = await createFakeServices();
    const log = pino({ level: 'silent' });
    app = createApi({ services: fake.services, translator: createTranslator('en'), log });
  });
  afterEach(async () => {
    await app.close();
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  const call = async (method: Method, path: string, payload?: object) => {
    const request = { method, url: `/api/v1${path}`, ...(payload && { payload }) };
    const response = await app.inject(request);
    return { status: response.statusCode, body: response.payload ? response.json() : null };
  };

  test('a host from adding to removing', async () => {
    const added = await call('POST', '/hosts', { name: 'pc-01', mac: '52-54-00-00-00-01' });
    expect(added).toMatchObject({
      status: 201,
      body: { mac: '52:54:00:00:00:01', super: false, overlay: 'discard', entry: null, chap: true },
    });
    const changed = await call('PATCH', '/hosts/pc-01', { group: '大厅', super: true });
    expect(changed.body).toMatchObject({ group: '大厅', super: true });
    expect((await call('GET', '/hosts/525400000001')).body).toEqual(changed.body);
    expect((await call('DELETE', '/hosts/pc-01')).status).toBe(204);
    expect((await call('GET', '/hosts')).body).toEqual([]);
  });

  test('a capture is set and ended; what refuses it says why', async () => {
    await call('POST', '/hosts', { name: 'pc-01', mac: '525400000001' });
    await call('POST', '/images', { name: 'new', kind: 'os', sizeBytes: 4096 });
    const set = (image: object) => call('PUT', '/hosts/pc-01/capture', image);
    const refused = await set({ image: 'new' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'needs_super' } });
    expect(refused.body.detail).toContain('host set pc-01 --super on');
    await call('PATCH', '/hosts/pc-01', { super: true });
    expect((await set({})).status).toBe(400);
    expect((await set({ image: 'none' })).status).toBe(404);
    expect(await set({ image: 'new' })).toMatchObject({ status: 200, body: { capture: 'new' } });
    expect((await call('DELETE', '/images/new')).status).toBe(409);
    const ended = await call('DELETE', '/hosts/pc-01/capture');
    expect(ended).toMatchObject({ status: 200, body: { capture: null } });
  });

  test('how a PC starts, and what it boots once', async () => {
    await call('POST', '/hosts', { name: 'pc-01', mac: '525400000001', firmware: 'snponly' });
    const path = '/hosts/pc-01';
    const auto = { firmware: 'auto', nextEntry: null, bootFiles: [] };
    expect((await call('GET', path)).body).toMatchObject({ ...auto, firmware: 'snponly' });
    expect((await call('PATCH', path, { firmware: 'floppy' })).status).toBe(400);
    expect((await call('PATCH', path, { firmware: 'auto' })).body).toMatchObject(auto);
    expect((await call('PATCH', path, { nextEntry: 'none' })).status).toBe(404);
    await call('POST', '/images', { name: 'win', kind: 'os', sizeBytes: 4096 });
    await call('POST', '/entries', { name: 'tool', os: 'win' });
    expect((await call('PATCH', path, { nextEntry: 'tool' })).body.nextEntry).toBe('tool');
    expect((await call('PATCH', path, { nextEntry: null })).body.nextEntry).toBeNull();
  });

  test('PCs that were seen are adopted, one or all; the code for their screens', async () => {
    const { unknownHosts } = fake.services;
    for (const last of ['1', '2', '3']) unknownHosts.saw(`52:54:00:00:00:0${last}`, 7, 'PXEClient');
    const named = await call('POST', '/unknown-hosts/525400000002/adopt', { name: '前台' });
    expect(named).toMatchObject({ status: 201, body: { name: '前台', mac: '52:54:00:00:00:02' } });
    const rest = await call('POST', '/unknown-hosts/adopt');
    expect(rest.body.map(({ name }: { name: string }) => name)).toEqual(['pc-001', 'pc-002']);
    expect((await call('GET', '/unknown-hosts')).body).toEqual([]);
    const again = await call('POST', '/unknown-hosts/525400000002/adopt', {});
    expect(again).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    expect((await call('GET', '/one-time-code')).body.code).toMatch(/^\d{8}$/);
    expect((await call('GET', '/boot-files')).body).toEqual([]);
  });

  test('unused versions go by the setting', async () => {
    await call('POST', '/images', { name: 'new', kind: 'os', sizeBytes: 4096 });
    await call('PUT', '/settings/versionsKept', { value: 0 });
    for (const sizeBytes of [8192, 16384, 32768]) {
      fake.clock.now += 1000;
      await call('POST', '/images/new/grow', { sizeBytes });
      await call('POST', '/images/new/publish', {});
    }
    const prune = (body: object) => call('POST', '/images/prune', body);
    expect((await prune({})).body).toEqual([]);
    await call('PUT', '/settings/versionsKept', { value: 1 });
    expect((await prune({ image: 'new' })).body).toMatchObject([
      { image: 'new', number: 1, sizeBytes: 4096 },
      { image: 'new', number: 2, sizeBytes: 8192 },
    ]);
    expect((await prune({ image: 'none' })).status).toBe(404);
    expect((await call('PUT', '/settings/versionsKept', { value: -1 })).status).toBe(400);
  });

  test('the pool: how it is, and how it was', async () => {
    fake.volumes.capacity.usedBytes = 96e10;
    await fake.services.start();
    const { body } = await call('GET', '/storage/pool');
    expect(body).toMatchObject({ state: 'refusing', data: { percent: 96 }, metadata: null });
    const at = fake.clock.now;
    const sample = { at, totalBytes: 1e12, usedBytes: 96e10 };
    const metadata = { metadataTotalBytes: null, metadataUsedBytes: null };
    const { body: samples } = await call('GET', '/storage/pool/samples');
    expect(samples).toEqual([{ ...sample, ...metadata }]);
    expect((await call('GET', `/storage/pool/samples?since=${at + 1}`)).body).toEqual([]);
    expect((await call('GET', '/storage/pool/samples?since=x')).status).toBe(400);
    const refused = await call('POST', '/images', { name: 'win', kind: 'os', sizeBytes: 1024 });
    expect(refused).toMatchObject({ status: 507, body: { code: 'pool_nearly_full' } });
    expect(refused.body.detail).toContain('vgextend');
  });

  test('a host’s secret is renewed and never told', async () => {
    await call('POST', '/hosts', { name: 'pc-01', mac: '525400000001', chap: false });
    const { findByMac } = fake.services.hosts;
    const secretOf = () => findByMac('52:54:00:00:00:01')?.chapSecret ?? 'none';
    const before = secretOf();
    expect(await call('POST', '/hosts/pc-01/renew-secret')).toMatchObject({
      status: 200,
      body: { chap: false },
    });
    expect(secretOf()).not.toBe(before);
    for (const path of ['/hosts', '/hosts/pc-01', '/events', '/status', '/entries']) {
      const text = JSON.stringify((await call('GET', path)).body);
      expect(text).not.toMatch(/secret"/i);
      expect(text).not.toContain(secretOf());
      expect(text).not.toContain(before);
    }
    expect((await call('POST', '/hosts/nobody/renew-secret')).status).toBe(404);
  });

  test('images, entries and what refers to what', async () => {
    const image = { name: 'win', kind: 'os', sizeBytes: 1000 };
    expect(await call('POST', '/images', image)).toMatchObject({
      status: 201,
      body: { published: 1, versions: [{ number: 1, ready: true }] },
    });
    expect((await call('POST', '/entries', { name: 'win', os: 'win' })).status).toBe(201);
    expect(await call('DELETE', '/images/win')).toMatchObject({
      status: 409,
      body: { code: 'in_use' },
    });
    expect((await call('DELETE', '/entries/win')).status).toBe(204);
    expect((await call('DELETE', '/images/win')).status).toBe(204);
  });

  test.each([
    ['POST', '/hosts', { name: 'x' }, 400, 'bad_request'],
    ['POST', '/hosts', { name: 'x', mac: 'zzzzzzzzzzzz' }, 400, 'invalid_value'],
    ['POST', '/hosts', { name: 'a/b', mac: '525400000001' }, 400, 'invalid_value'],
    ['POST', '/hosts', { name: 'x', mac: '525400000001', ip: '1.2.3' }, 400, 'invalid_value'],
    ['POST', '/hosts', { name: 'x', mac: '525400000001', entry: 'no' }, 404, 'not_found'],
    ['POST', '/hosts', { name: 'x', mac: '525400000001', extra: 1 }, 400, 'bad_request'],
    ['POST', '/images', { name: '../x', kind: 'os', sizeBytes: 1000 }, 400, 'invalid_value'],
    ['POST', '/images', { name: 'x', kind: 'os', sizeBytes: 0 }, 400, 'bad_request'],
    ['POST', '/images/import', { name: 'x', kind: 'os', path: '/nowhere' }, 404, 'not_found'],
    ['POST', '/entries', { name: 'x', os: 'none' }, 404, 'not_found'],
    ['PUT', '/settings/menuTimeoutMs', { value: 'long' }, 400, 'invalid_value'],
    ['PUT', '/settings/nothing', { value: 1 }, 404, 'not_found'],
    ['GET', '/tasks/99', undefined, 404, 'not_found'],
    ['GET', '/events?host=nobody', undefined, 404, 'not_found'],
  ] as const)('%s %s %o is refused', async (method, path, payload, status, code) => {
    const answer = await call(method, path, payload);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail.length).toBeGreaterThan(10);
    expect((await call('GET', '/hosts')).body).toEqual([]);
    expect((await call('GET', '/images')).body).toEqual([]);
  });

  test('a name, MAC or address that is taken is said to be', async () => {
    await call('POST', '/hosts', { name: 'pc-01', mac: '525400000001', ip: '10.0.0.1' });
    for (const body of [
      { name: 'PC-01', mac: '525400000002' },
      { name: 'pc-02', mac: '52:54:00:00:00:01' },
      { name: 'pc-02', mac: '525400000002', ip: '10.0.0.1' },
    ]) {
      expect(await call('POST', '/hosts', body)).toMatchObject({
        status: 409,
        body: { code: 'already_exists' },
      });
    }
  });

  test('settings: changed, bounded, back to the default', async () => {
    expect((await call('PUT', '/settings/rechain', { value: 'always' })).body.rechain).toBe(
      'always',
    );
    expect((await call('DELETE', '/settings/rechain')).body.rechain).toBe('never');
  });

  test('the stream begins with the past and goes on with the present', async () => {
    await call('POST', '/hosts', { name: 'pc-01', mac: '525400000001' });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const address = app.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const stop = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/events/stream?host=pc-01`, {
      signal: stop.signal,
    });
    let text = '';
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) text += (await reader?.read())?.value ?? '';
    };
    await until(/host\.added/);
    await call('POST', '/hosts', { name: 'pc-02', mac: '525400000002' });
    await call('PATCH', '/hosts/pc-01', { super: true });
    await until(/host\.changed/);
    expect(text).not.toContain('pc-02');
    stop.abort();
  });

  test('status tells versions, pool and counters', async () => {
    expect((await call('GET', '/status')).body).toMatchObject({
      version: 'test',
      targetServer: 'tgt',
      sessions: 0,
    });
  });
});
