import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import chineseSummaries from '../../../src/i18n/route-summaries.zh-CN.json' with { type: 'json' };
import { createTranslator } from '../../../src/i18n/translate.ts';
import { addMetricsRoute } from '../../../src/servers/api/metrics.ts';
import { routeSummaries } from '../../../src/servers/api/route-summaries.ts';
import { createApi } from '../../../src/servers/api/server.ts';
import { formatMetrics } from '../../../src/service/metrics.ts';
import { createFakeCafe, type FakeServices } from '../../fakes/services.ts';

describe('the REST API for programs', () => {
  let fake: FakeServices;
  let app: FastifyInstance;
  const examine = async () => [];
  beforeEach(async () => {
    fake = await createFakeCafe();
    const log = pino({ level: 'silent' });
    app = createApi({ services: fake.services, translator: createTranslator('en'), log, examine });
  });
  afterEach(async () => {
    await app.close();
    await fake.services.close();
    await fake.volumes.cleanUp();
  });
  type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  const call = (method: Method, path: string, payload?: object | string, headers = {}) =>
    app.inject({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) });

  test('its document has every route, each with what it does', async () => {
    const document = (await call('GET', '/openapi.json')).json();
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: 'test' } });
    const routes = Object.entries<Record<string, { summary?: string; tags: string[] }>>(
      document.paths,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary, tags }]) => {
        const url = path.replace(/^\/api\/v1/, '').replace(/\{(\w+)\}/g, ':$1');
        expect(tags[0], url).toMatch(/^[a-z-]+$/);
        expect(summary, url).toBeTypeOf('string');
        return `${method.toUpperCase()} ${url}`;
      }),
    );
    expect(routes.sort()).toEqual(Object.keys(routeSummaries).sort());
    expect(document.paths['/api/v1/hosts'].post.requestBody).toBeDefined();
    // The console tells of them in Chinese too.
    expect(Object.keys(chineseSummaries).sort()).toEqual(Object.keys(routeSummaries).sort());
    expect(document.paths['/api/v1/hosts'].post['x-access']).toBe('operator');
  });

  test('two administrators do not overwrite each other', async () => {
    const etag = (await call('GET', '/hosts/pc-01')).headers.etag as string;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const first = await call('PATCH', '/hosts/pc-01', { group: '大厅' }, { 'if-match': etag });
    expect(first.statusCode).toBe(200);
    const second = await call('PATCH', '/hosts/pc-01', { group: 'B' }, { 'if-match': etag });
    expect(second.statusCode).toBe(412);
    expect(second.json()).toMatchObject({ code: 'changed_meanwhile' });
    expect(fake.services.hosts.get('pc-01').group).toBe('大厅');
    for (const [method, path] of [
      ['DELETE', '/hosts/pc-01'],
      ['POST', '/hosts/pc-01/reset'],
      ['PUT', '/settings/rechain'],
    ] as const) {
      const payload = method === 'PUT' ? { value: 'always' } : undefined;
      const stale = await call(method, path, payload, { 'if-match': etag });
      expect(stale.statusCode, path).toBe(412);
    }
    const now = (await call('GET', '/hosts/pc-01')).headers.etag as string;
    const weak = { 'if-match': `"other", W/${now}` };
    expect((await call('DELETE', '/hosts/pc-01', undefined, weak)).statusCode).toBe(204);
    const gone = await call('DELETE', '/hosts/pc-01', undefined, weak);
    expect(gone.statusCode).toBe(404);
  });

  test('the order of entries follows the list that it was made of', async () => {
    fake.services.addEntry({ name: 'office', os: 'win' });
    const { headers } = await call('GET', '/entries');
    const order = (names: string[], etag = headers.etag as string) =>
      call('PUT', '/entries/order', { names }, { 'if-match': etag });
    expect((await order(['office', 'win'])).statusCode).toBe(200);
    expect((await order(['win', 'office'])).statusCode).toBe(412);
    expect((await call('PUT', '/entries/order', { names: ['win'] })).statusCode).toBe(412);
  });

  test('what the caller has already is not sent again', async () => {
    const { headers } = await call('GET', '/hosts');
    const again = await call('GET', '/hosts', undefined, { 'if-none-match': headers.etag });
    expect([again.statusCode, again.payload]).toEqual([304, '']);
  });

  test('a list of hosts goes out and comes in as CSV', async () => {
    const { headers, payload } = await call('GET', '/hosts.csv?language=zh-CN');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const csv = { 'content-type': 'text/csv' };
    const text = `${payload}pc-02,52540000000x`;
    const dry = await call('POST', '/hosts/import?dryRun=true', text, csv);
    expect(dry.json()).toMatchObject({ problems: [{ line: 3, code: 'bad-mac' }] });
    expect(dry.json().problems[0].reason).toContain('twelve hex digits');
    const refused = await call('POST', '/hosts/import', { csv: text });
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'csv_refused']);
    const taken = await call('POST', '/hosts/import', 'name,mac\npc-02,525400000002\n', csv);
    expect(taken.json()).toMatchObject({ added: [{ name: 'pc-02' }], changed: [] });
  });

  test('an upload in two parts', async () => {
    const begun = await call('POST', '/uploads', { name: 'up', kind: 'os', sizeBytes: 1024 });
    const path = `/uploads/${begun.json().id}`;
    const part = (offset: number) => ({
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    });
    const half = 'x'.repeat(512);
    const first = await call('PATCH', path, half, part(0));
    expect([first.statusCode, first.headers['upload-offset']]).toEqual([200, '512']);
    expect((await call('PATCH', path, half, part(0))).statusCode).toBe(409);
    expect((await call('GET', path)).json()).toMatchObject({ offset: 512 });
    const stale = await call('PATCH', path, half, { ...part(512), 'if-match': '"old"' });
    expect([stale.statusCode, stale.json().code]).toEqual([412, 'changed_meanwhile']);
    expect((await call('DELETE', path)).statusCode).toBe(204);
    expect((await call('GET', path)).statusCode).toBe(404);
  });

  test.each([
    '/settings/schema',
    '/attention',
    '/traffic',
    '/entries/preview',
    '/images/win/usage',
  ])('%s answers', async (path) => expect((await call('GET', path)).statusCode).toBe(200));

  test('metrics for Prometheus', async () => {
    fake.services.counters.add('dhcp.answers', 3);
    const metrics = Fastify();
    addMetricsRoute(metrics, fake.services, createTranslator('en'));
    const { payload, headers } = await metrics.inject('/metrics');
    expect(headers['content-type']).toContain('version=0.0.4');
    expect(payload).toContain('# TYPE cafeboot_events_total counter\n');
    expect(payload).toContain('cafeboot_events_total{name="dhcp.answers"} 3\n');
    expect(payload).toContain('cafeboot_hosts{state="off"} 1\n');
    expect(payload).toContain('cafeboot_pool_size_bytes{space="data"} 1000000000000\n');
    const odd = { name: 'x', type: 'gauge', help: 'h' } as const;
    expect(formatMetrics([{ ...odd, values: [{ labels: { a: '"\\\n' }, value: 1 }] }])).toBe(
      '# HELP x h\n# TYPE x gauge\nx{a="\\"\\\\\\n"} 1\n',
    );
    await metrics.close();
  });
});
