import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { CafebootError } from '../../errors.ts';
import { etagOf } from '../../http/etag.ts';

/**
 * Every JSON answer to a GET has an ETag (RFC 9110 section 8.8.3), and 304 where the caller has it already. A
 * change with `If-Match` is made only while what it is of is still so, else `changed_meanwhile`: what a GET of
 * the same path answers, or of the nearest path above it. To be called before the routes are added.
 */
export function addEtags(app: FastifyInstance): void {
  const handlers = new Map<string, RouteHandlerMethod>();

  app.addHook('onRoute', ({ method, url, handler }) => {
    // One that takes the reply may send it: its answer is no value to compare.
    if (method === 'GET' && handler.length < 2) handlers.set(url, handler);
  });

  function findHandler(url: string): RouteHandlerMethod | undefined {
    for (let path = url; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
      const handler = handlers.get(path);
      if (handler) return handler;
    }
    return undefined;
  }

  app.addHook('preHandler', async (request, reply) => {
    const wanted = request.headers['if-match'];
    if (wanted === undefined || request.method === 'GET' || request.method === 'HEAD') return;
    const handler = findHandler(request.routeOptions.url ?? '');
    if (!handler) return;
    const current = etagOf(await handler.call(app, request, reply));
    if (listed(wanted, current)) return;
    throw new CafebootError('changed_meanwhile', { what: request.url });
  });

  app.addHook('preSerialization', async (request, reply, payload: unknown) => {
    if (request.method !== 'GET' || reply.statusCode !== 200) return payload;
    const etag = etagOf(payload);
    reply.header('etag', etag);
    const known = request.headers['if-none-match'];
    if (known !== undefined && listed(known, etag)) reply.code(304);
    return payload;
  });

  app.addHook('onSend', async (_request, reply, payload) =>
    reply.statusCode === 304 ? '' : payload,
  );
}

/** Whether a header's list has it; a proxy that compressed the answer has made it a weak one. */
const listed = (header: string, etag: string): boolean =>
  header.split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, '')));
