import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CafebootError } from '../../../errors.ts';
import { anybody, beforeLogin } from '../../../http/access.ts';
import { statusOf, toKnown } from '../../../http/statuses.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/login.en.json' with { type: 'json' };
import zh from '../../../i18n/console/login.zh-CN.json' with { type: 'json' };
import type { ConsoleKit } from '../kit.ts';
import { ownPath } from '../preferences.ts';
import type { Room } from '../room.ts';
import { setSession } from '../session-cookie.ts';

/** Logging in, and the first administrator. */
export const login: Room = {
  name: 'login',
  texts: { en, 'zh-CN': zh },
  addRoutes(app, kit) {
    addLoginRoutes(app, kit);
    addFirstRunRoutes(app, kit);
  },
};

const text = (maxLength: number) => Type.String({ maxLength });
const nextQuery = Type.Object({ next: Type.Optional(text(2_000)) });
const loginForm = Type.Object({ name: text(64), password: text(500), next: text(2_000) });
const firstRunForm = Type.Object({
  code: text(32),
  name: text(64),
  password: text(500),
  repeated: text(500),
});

function addLoginRoutes(app: FastifyInstance, kit: ConsoleKit): void {
  const { users, logins } = kit.services;
  const console = typed(app);
  console.get(
    '/login',
    { ...anybody, schema: { querystring: nextQuery } },
    async (request, reply) => {
      if (users.isEmpty()) return reply.redirect('/first-run', 303);
      const next = ownPath(request.query.next);
      if (request.user) return reply.redirect(next, 303);
      return kit.page(request, reply, 'login/login.njk', { next, form: {} });
    },
  );
  console.post(
    '/login',
    { ...beforeLogin, schema: { body: loginForm } },
    async (request, reply) => {
      const { name, password, next } = request.body;
      try {
        const { user, token } = await logins.login(name, password, request.ip);
        request.auditUser = user.name;
        return setSession(reply, token, kit.isSecure).redirect(ownPath(next), 303);
      } catch (error) {
        const known = toKnown(error);
        const problem = kit.describe(request, known);
        reply.code(statusOf(known.code));
        return kit.page(request, reply, 'login/login.njk', { next, form: { name }, problem });
      }
    },
  );
}

/** As long as there is no user, whoever reads the server's log becomes its administrator. */
function addFirstRunRoutes(app: FastifyInstance, kit: ConsoleKit): void {
  const { users, logins, oneTimeCode } = kit.services;
  const console = typed(app);
  console.get('/first-run', anybody, async (request, reply) => {
    if (!users.isEmpty()) return reply.redirect('/login', 303);
    return kit.page(request, reply, 'login/first-run.njk', { form: {} });
  });
  console.post(
    '/first-run',
    { ...beforeLogin, schema: { body: firstRunForm } },
    async (request, reply) => {
      if (!users.isEmpty()) return reply.redirect('/login', 303);
      const { code, name, password, repeated } = request.body;
      try {
        oneTimeCode.check(code, request.ip);
        if (password !== repeated) throw new CafebootError('passwords_differ');
        const user = await users.addFirst(name, password);
        oneTimeCode.use(code, request.ip);
        request.auditUser = user.name;
        const token = logins.open(user, request.ip);
        return setSession(reply, token, kit.isSecure).redirect('/setup', 303);
      } catch (error) {
        const known = toKnown(error);
        const problem = kit.describe(request, known);
        const field = fieldOf(known.code);
        reply.code(statusOf(known.code));
        const form = { code, name };
        return kit.page(request, reply, 'login/first-run.njk', { form, problem, field });
      }
    },
  );
}

/** Which field of the form an error is about. */
function fieldOf(code: CafebootError['code']): string {
  if (code === 'wrong_code' || code === 'too_many_tries') return 'code';
  if (code === 'passwords_differ') return 'repeated';
  return code === 'password_weak' ? 'password' : 'name';
}
