import { expect, test } from 'vitest';
import en from '../../../src/i18n/console/people.en.json' with { type: 'json' };
import { auditAreas, auditDeeds, nameDeed } from '../../../src/servers/console/audit-words.ts';
import { createFakeConsole } from '../../fakes/console.ts';

const textsOf = (prefix: string) =>
  Object.keys(en).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

test('everything that can be named has a text, and nothing else', () => {
  expect(textsOf('area.').sort()).toEqual(auditAreas.toSorted());
  expect(textsOf('deed.').sort()).toEqual(auditDeeds.toSorted());
});

test.each([
  ['POST', '/api/v1/hosts', 'host', 'add'],
  ['PATCH', '/api/v1/hosts/:key', 'host', 'change'],
  ['DELETE', '/api/v1/hosts/:key/capture', 'host', 'remove'],
  ['POST', '/api/v1/hosts/:key/renew-secret', 'host', 'secret'],
  ['POST', '/api/v1/unknown-hosts/:key/adopt', 'host', 'adopt'],
  ['POST', '/overview/actions', 'host', 'change'],
  ['POST', '/images/:name/versions/:number/publish', 'image', 'publish'],
  ['POST', '/images/:name/draft/discard', 'image', 'remove'],
  ['PUT', '/api/v1/entries/order', 'entry', 'order'],
  ['POST', '/settings/:key', 'setting', 'change'],
  ['POST', '/settings/callers/allow', 'setting', 'allow'],
  ['POST', '/api/v1/reconcile', 'storage', 'reconcile'],
  ['POST', '/people/users', 'user', 'add'],
  ['POST', '/people/users/:name/role', 'user', 'role'],
  ['POST', '/people/tokens/:id/remove', 'token', 'remove'],
  ['POST', '/login', 'self', 'login'],
  ['POST', '/preferences', 'self', 'change'],
  ['POST', '/profile/password', 'self', 'password'],
  ['POST', '/nobody/knows', 'other', 'add'],
])('%s %s is %s: %s', (method, route, area, deed) => {
  expect(nameDeed(method, route)).toEqual({ area, deed });
});

test('whatever can be changed on port 8050 has a name', async () => {
  const { routes, close } = await createFakeConsole();
  await close();
  const changing = routes.filter(({ method }) => !['GET', 'HEAD'].includes(method));
  expect(changing.length).toBeGreaterThan(60);
  const unnamed = changing.filter(({ method, url }) => nameDeed(method, url).area === 'other');
  expect(unnamed).toEqual([]);
});
