import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Audit } from '../service/audit.ts';
import type { Counters } from '../service/counters.ts';
import { requireAccess } from './access.ts';
import { keepAudit } from './audit.ts';
import type { CallerDeps } from './caller.ts';
import { capConnections } from './connections.ts';
import { addSecurityHeaders } from './headers.ts';

export interface HttpAppDeps extends CallerDeps {
  audit: Pick<Audit, 'record'>;
  counters: Pick<Counters, 'add'>;
  log: Logger;
  /** PEM texts; undefined: no TLS. */
  tls?: { cert: string; key: string } | undefined;
}

/** A browser has six; 50 of them may come through one proxy, each with a live page. */
const connectionCaps = { inAll: 2_048, perAddress: 512 };
/** Pages are made anew each time: more effort would cost more than it saves. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/**
 * The app that console and API are put on: it knows who calls and refuses whom a route is not for, notes
 * who changed what, and tells browsers what not to do. The caller registers routes, then lets it listen.
 */
export async function createHttpApp(deps: HttpAppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    // A misspelt field is an error, not something to drop silently.
    ajv: { customOptions: { removeAdditional: false } },
    requestTimeout: 30_000,
    forceCloseConnections: true,
    ...(deps.tls && { https: deps.tls }),
  } as object) as unknown as FastifyInstance;
  capConnections(app.server, connectionCaps, () => deps.counters.add('console.refused'));
  await app.register(cookie);
  addSecurityHeaders(app, deps.tls !== undefined);
  requireAccess(app, deps);
  keepAudit(app, deps.audit);
  await app.register(compress, {
    threshold: 1024,
    encodings: ['br', 'gzip'],
    brotliOptions,
    // The files of the console are compressed once, by itself.
    customTypes: /^(text\/html|application\/(problem\+)?json)/,
  });
  return app;
}
