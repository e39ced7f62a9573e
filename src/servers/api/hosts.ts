import type { FastifyInstance } from 'fastify';
import { admin, operator, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import {
  adoption,
  byKey,
  hostCapture,
  hostChanges,
  limitQuery,
  newHost,
  powerOrder,
} from './schemas.ts';

/** Hosts are addressed by name or MAC. */
export function addHostRoutes(app: FastifyInstance, services: Services): void {
  const { hosts, unknownHosts } = services;
  const api = typed(app);
  api.get('/hosts', viewer, async () => hosts.list());
  api.post('/hosts', { ...operator, schema: { body: newHost } }, async (request, reply) =>
    reply.code(201).send(services.addHost(request.body)),
  );
  api.get('/hosts/:key', { ...viewer, schema: { params: byKey } }, async ({ params }) =>
    hosts.get(params.key),
  );
  api.patch(
    '/hosts/:key',
    { ...operator, schema: { params: byKey, body: hostChanges } },
    async (request) => services.updateHost(request.params.key, request.body),
  );
  api.delete(
    '/hosts/:key',
    { ...operator, schema: { params: byKey } },
    async ({ params }, reply) => {
      await services.removeHost(params.key);
      return reply.code(204).send();
    },
  );
  api.post('/hosts/:key/reset', { ...operator, schema: { params: byKey } }, async ({ params }) =>
    services.resetHost(params.key),
  );
  api.post(
    '/hosts/:key/renew-secret',
    { ...operator, schema: { params: byKey } },
    async ({ params }) => services.renewHostSecret(params.key),
  );
  api.put(
    '/hosts/:key/capture',
    { ...operator, schema: { params: byKey, body: hostCapture } },
    async ({ params, body }) => services.captures.set(params.key, body.image),
  );
  api.delete(
    '/hosts/:key/capture',
    { ...operator, schema: { params: byKey } },
    async ({ params }) => services.captures.end(params.key),
  );
  api.get('/hosts/:key/os', { ...viewer, schema: { params: byKey } }, async ({ params }) =>
    services.agents.getOs(params.key),
  );
  api.post(
    '/hosts/:key/os/refresh',
    { ...operator, schema: { params: byKey } },
    async ({ params }) => services.agents.refreshOs(params.key),
  );
  api.get(
    '/hosts/:key/boots',
    { ...viewer, schema: { params: byKey, querystring: limitQuery } },
    async ({ params, query }) => services.hostReports.boots(params.key, query.limit),
  );
  api.get('/hosts/:key/disk', { ...viewer, schema: { params: byKey } }, async ({ params }) =>
    services.hostReports.disk(params.key),
  );
  api.post('/power', { ...operator, schema: { body: powerOrder } }, async ({ body }, reply) =>
    reply.code(202).send(services.power.switch(body.action, body)),
  );
  api.get('/power-cards', admin, async () => services.powerCards.list());
  api.get('/unknown-hosts', viewer, async () => unknownHosts.list());
  api.post('/unknown-hosts/adopt', operator, async (_request, reply) =>
    reply.code(201).send(services.adoption.adoptAll()),
  );
  api.post(
    '/unknown-hosts/:key/adopt',
    { ...operator, schema: { params: byKey, body: adoption } },
    async ({ params, body }, reply) =>
      reply.code(201).send(services.adoption.adopt(params.key, body.name)),
  );
}
