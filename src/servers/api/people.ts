import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { roles } from '../../service/users.ts';
import { byId, byName } from './schemas.ts';

const strict = { additionalProperties: false };
const name = Type.String({ minLength: 1, maxLength: 64 });
const password = Type.String({ maxLength: 1_000 });
const role = Type.Enum([...roles]);
const newUser = Type.Object({ name, password, role }, strict);
const newPassword = Type.Object({ password }, strict);
const newRole = Type.Object({ role }, strict);
const newToken = Type.Object({ user: name, name }, strict);
const auditQuery = Type.Object({
  user: Type.Optional(name),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
});

/** Who may use console and API, with what programs' tokens, and what they did. */
export function addPeopleRoutes(app: FastifyInstance, services: Services): void {
  const { users, apiTokens, audit } = services;
  const api = typed(app);
  const named = { ...admin, schema: { params: byName } };

  api.get('/users', admin, async () => users.list());
  api.post('/users', { ...admin, schema: { body: newUser } }, async ({ body }, reply) =>
    reply.code(201).send(await users.add(body.name, body.password, body.role)),
  );
  api.put(
    '/users/:name/password',
    { ...admin, schema: { params: byName, body: newPassword } },
    async ({ params, body }, reply) => {
      await users.setPassword(params.name, body.password);
      return reply.code(204).send();
    },
  );
  api.put(
    '/users/:name/role',
    { ...admin, schema: { params: byName, body: newRole } },
    async ({ params, body }) => users.setRole(params.name, body.role),
  );
  api.delete('/users/:name', named, async ({ params }, reply) => {
    users.remove(params.name);
    return reply.code(204).send();
  });

  api.get('/tokens', admin, async () => apiTokens.list());
  api.post('/tokens', { ...admin, schema: { body: newToken } }, async ({ body }, reply) =>
    reply.code(201).send(apiTokens.add(body.user, body.name)),
  );
  api.delete('/tokens/:id', { ...admin, schema: { params: byId } }, async ({ params }, reply) => {
    apiTokens.remove(params.id);
    return reply.code(204).send();
  });

  api.get('/audit', { ...admin, schema: { querystring: auditQuery } }, async ({ query }) =>
    audit.list({
      ...(query.user !== undefined && { user: query.user }),
      ...(query.before !== undefined && { beforeId: query.before }),
      ...(query.limit !== undefined && { limit: query.limit }),
    }),
  );
}
