import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit } from '../service/audit.ts';
import { isSafe } from './access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** To what a request was done, where its path and its body's `hosts`, `name` or `key` do not tell. */
    auditTarget: string | undefined;
    /** Who did it, where that is known only at the end: a login. */
    auditUser: string | undefined;
    /** Whether it is in the log at all: not what only tells what it would do, nor the middle of an upload. */
    isAudited: boolean;
  }
}

/** Notes each request that changed something and succeeded: who, what, to what, from where. Never values: they may be secrets. */
export function keepAudit(app: FastifyInstance, audit: Pick<Audit, 'record'>): void {
  app.decorateRequest('auditTarget', undefined);
  app.decorateRequest('auditUser', undefined);
  app.decorateRequest('isAudited', true);
  app.addHook('onResponse', async (request, reply) => {
    const user = request.auditUser ?? request.user?.name;
    if (isSafe(request) || !request.isAudited || reply.statusCode >= 400 || user === undefined)
      return;
    audit.record({
      user,
      method: request.method,
      route: request.routeOptions.url ?? '',
      target: request.auditTarget ?? targetOf(request),
      address: request.ip || '-',
    });
  });
}

function targetOf({ params, body }: FastifyRequest): string {
  const fields = (body ?? {}) as Record<string, unknown>;
  const named = ['action', 'name', 'hosts', 'group', 'user'].map((key) => fields[key]);
  return [...Object.values((params ?? {}) as object), ...named]
    .filter((value) => typeof value === 'string' || Array.isArray(value))
    .map(String)
    .filter((text) => text !== '')
    .join(' ');
}
