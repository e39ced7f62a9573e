import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionCookie } from '../../../src/http/caller.ts';
import { csrfHeader, csrfTokenOf } from '../../../src/http/csrf.ts';
import type { Role } from '../../../src/service/users.ts';
import { createFakeConsole, type FakeConsole } from '../../fakes/console.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

/** What anybody may reach: they log in there, or it holds nothing. */
const publicRoutes = [
  'GET /assets/*',
  'GET /first-run',
  'GET /login',
  'HEAD /assets/*',
  'HEAD /first-run',
  'HEAD /login',
  'POST /first-run',
  'POST /login',
  'POST /logout',
  'POST /preferences',
];

describe('who may call what on port 8050', () => {
  let opened: FakeConsole;
  const sessions = new Map<Role, string>();

  beforeAll(async () => {
    opened = await createFakeConsole();
    const { users, logins } = opened.fake.services;
    for (const role of ['admin', 'operator', 'viewer'] as const) {
      const user = await users.add(`some-${role}`, 'correct horse', role);
      sessions.set(role, logins.open(user, '127.0.0.1'));
    }
  });
  afterAll(() => opened.close());

  const plain = ({ method, url }: { method: string; url: string }) =>
    `${method} ${url.replace(/^\/assets\/[^/]+/, '/assets')}`;
  /** A path that the route matches; what is behind it need not exist. */
  const pathOf = (url: string) => url.replace(/:\w+/g, '1').replace('*', 'x');
  const call = (method: string, url: string, headers: Record<string, string> = {}) =>
    opened.app.inject({ method: method as Method, url, headers });
  const cookieOf = (role: Role) => `${sessionCookie}=${sessions.get(role)}`;

  test('only the routes that are listed here are public', () => {
    const found = opened.routes.filter(({ access }) => access === 'public').map(plain);
    expect(found.sort()).toEqual(publicRoutes);
    expect(opened.routes.length).toBeGreaterThan(80);
  });

  test('every other route refuses somebody who is not logged in', async () => {
    for (const route of opened.routes.filter(({ access }) => access !== 'public')) {
      const { statusCode, headers } = await call(route.method, pathOf(route.url));
      const isLogin = statusCode === 303 && headers.location?.startsWith('/login');
      expect(isLogin || statusCode === 401, `${plain(route)} ${statusCode}`).toBe(true);
      const bad = await call(route.method, pathOf(route.url), { authorization: 'Bearer wrong' });
      expect(bad.statusCode, plain(route)).toBe(401);
    }
  });

  test('a viewer is refused by every route that needs more, and an operator by those of admins', async () => {
    for (const [role, refused] of [
      ['viewer', ['operator', 'admin']],
      ['operator', ['admin']],
    ] as const) {
      const routes = opened.routes.filter(({ access }) => refused.some((each) => each === access));
      expect(routes.length).toBeGreaterThan(5);
      const { token } = opened.fake.services.apiTokens.add(`some-${role}`, 'walk');
      const bySession = {
        cookie: cookieOf(role),
        [csrfHeader]: csrfTokenOf(sessions.get(role) ?? ''),
      };
      for (const route of routes) {
        for (const headers of [bySession, { authorization: `Bearer ${token}` }]) {
          const { statusCode } = await call(route.method, pathOf(route.url), headers);
          expect(statusCode, `${role} ${plain(route)}`).toBe(403);
        }
      }
    }
  });

  test('every route that changes something needs more than a viewer, but for one’s own login', () => {
    const own = ['POST /profile/password'];
    const found = opened.routes
      .filter(({ method, access }) => !['GET', 'HEAD'].includes(method) && access === 'viewer')
      .map(plain);
    expect(found).toEqual(own);
  });

  test('operators run the hall; images, settings and people are the administrators’, by page and by API', () => {
    const found = opened.routes
      .filter(({ method, access }) => !['GET', 'HEAD'].includes(method) && access === 'operator')
      .map(({ url }) => url.replace('/api/v1', '').split('/')[1]);
    expect([...new Set(found)].sort()).toEqual([
      'entries',
      'hosts',
      'leases',
      'new-entry',
      'new-host',
      'overview',
      'power',
      'unknown-hosts',
    ]);
  });

  test('a browser of another site changes nothing, whoever is logged in', async () => {
    const payload = { name: 'pc-01', mac: '525400000001' };
    const send = (headers: Record<string, string>) =>
      opened.app.inject({ method: 'POST', url: '/api/v1/hosts', headers, payload });
    const cookie = cookieOf('admin');
    const token = { [csrfHeader]: csrfTokenOf(sessions.get('admin') ?? '') };
    for (const headers of [
      { cookie },
      { cookie, [csrfHeader]: 'guess' },
      { cookie, ...token, origin: 'http://elsewhere.example' },
      { cookie, ...token, 'sec-fetch-site': 'cross-site' },
    ]) {
      const response = await send(headers as Record<string, string>);
      expect(response.statusCode).toBe(403);
      expect(response.json().code).toBe('request_forged');
    }
    expect((await send({ cookie, ...token })).statusCode).toBe(201);
  });

  test.each([
    ['/login', 'name=some-admin&password=correct+horse&next=%2Fhosts', '/hosts'],
    ['/first-run', 'code=1&name=x&password=y&repeated=y', '/login'],
    ['/preferences', 'language=en&back=%2Flogin', '/login'],
  ])(
    'the form at %s, which was made for nobody, is sent by a browser that has a session; but by no other site',
    async (url, payload, location) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const headers = { ...type, cookie: cookieOf('admin'), 'sec-fetch-site': 'same-origin' };
      const answer = await opened.app.inject({ method: 'POST', url, headers, payload });
      expect([answer.statusCode, answer.headers.location]).toEqual([303, location]);
      const forged = { ...headers, 'sec-fetch-site': 'cross-site' };
      const refused = await opened.app.inject({ method: 'POST', url, headers: forged, payload });
      expect(refused.statusCode).toBe(403);
    },
  );

  test.each([
    ['/hosts?group=1#pc', '/hosts?group=1#pc'],
    ['/大厅', '/%E5%A4%A7%E5%8E%85'],
    ...[
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '/.//evil.example',
      '\t//evil.example',
    ].map((path) => [path, '/']),
    ['https://evil.example', '/'],
    ['', '/'],
  ] as [string, string][])('after a login, to %j leads to %s', async (next, location) => {
    const answer = await opened.app.inject({
      method: 'GET',
      url: `/login?next=${encodeURIComponent(next)}`,
      headers: { cookie: cookieOf('viewer') },
    });
    expect(answer.headers.location).toBe(location);
  });

  test('a token is its user: the same role, until it is removed', async () => {
    const { apiTokens } = opened.fake.services;
    const { id, token } = apiTokens.add('some-viewer', 'billing');
    const headers = { authorization: `Bearer ${token}` };
    expect((await call('GET', '/api/v1/hosts', headers)).statusCode).toBe(200);
    expect((await call('POST', '/api/v1/reconcile', headers)).statusCode).toBe(403);
    apiTokens.remove(id);
    expect((await call('GET', '/api/v1/hosts', headers)).statusCode).toBe(401);
  });

  test('answers carry the headers that keep a browser from harm', async () => {
    for (const url of ['/login', '/api/v1/hosts', '/assets/none']) {
      const { headers } = await call('GET', url);
      expect(headers['content-security-policy']).toContain("script-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
  });

  test('what was changed is noted: by whom, what, from where; never its values', async () => {
    const headers = {
      cookie: cookieOf('admin'),
      [csrfHeader]: csrfTokenOf(sessions.get('admin') ?? ''),
    };
    const payload = { name: 'new-one', password: 'a secret of theirs', role: 'viewer' };
    await opened.app.inject({ method: 'POST', url: '/api/v1/users', headers, payload });
    const [latest] = opened.fake.services.audit.list({ limit: 1 });
    const expected = {
      user: 'some-admin',
      method: 'POST',
      route: '/api/v1/users',
      target: 'new-one',
    };
    expect(latest).toMatchObject({ ...expected, address: '127.0.0.1' });
    expect(JSON.stringify(latest)).not.toContain('secret');
  });

  test.each([
    ['/api/v1/hosts/import?dryRun=true', { csv: 'name,mac\npc-90,52:54:00:00:00:90' }],
    ['/api/v1/reconcile', { dryRun: true }],
    ['/hosts/import/preview', { csv: 'name,mac\npc-90,52:54:00:00:00:90' }],
    ['/storage/reconcile', { mode: 'look' }],
  ])('what only tells what it would do is not: %s', async (url, payload) => {
    const headers = {
      cookie: cookieOf('admin'),
      [csrfHeader]: csrfTokenOf(sessions.get('admin') ?? ''),
    };
    const { audit } = opened.fake.services;
    const before = audit.list({});
    const answer = await opened.app.inject({ method: 'POST', url, headers, payload });
    expect(answer.statusCode, answer.payload).toBe(200);
    expect(audit.list({})).toEqual(before);
  });
});
