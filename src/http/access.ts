import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CafebootError } from '../errors.ts';
import { mayAct, type Role } from '../service/users.ts';
import { type Caller, type CallerDeps, findCaller } from './caller.ts';
import { refuseForged } from './csrf.ts';

/** Who may call a route: anybody, or people with at least this role. */
export type Access = 'public' | Role;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Its form is shown to nobody known, so it has no token. */
    isBeforeLogin?: boolean;
  }
  interface FastifyRequest {
    /** Who is calling; undefined where a public route is called by nobody known. */
    user: Caller | undefined;
  }
}

/** What a route's options begin with: `app.get('/hosts', { ...viewer, schema }, handler)`. */
export const anybody = { config: { access: 'public' } } as const;
/** As `anybody`, for what is sent from the pages before a login. */
export const beforeLogin = { config: { access: 'public', isBeforeLogin: true } } as const;
export const viewer = { config: { access: 'viewer' } } as const;
export const operator = { config: { access: 'operator' } } as const;
export const admin = { config: { access: 'admin' } } as const;

/** Methods that change nothing, as in RFC 9110 section 9.2.1. */
export const isSafe = ({ method }: Pick<FastifyRequest, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/**
 * Deny by default: every route that is registered from now on says who may call it, or is refused here.
 * Each request is told who calls, and fails with `not_logged_in`, `forbidden` or `request_forged`.
 */
export function requireAccess(app: FastifyInstance, deps: CallerDeps): void {
  app.decorateRequest('user', undefined);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) throw new Error(`${method} ${url} does not say its access`);
  });
  app.addHook('onRequest', async (request) => {
    request.user = findCaller(request, deps);
    // No route matches: nothing to protect, and the answer says as much to anybody.
    if (request.is404) return;
    const { access } = request.routeOptions.config;
    if (access === undefined) throw new CafebootError('forbidden', { role: '-' });
    if (access !== 'public' && !request.user) throw new CafebootError('not_logged_in');
    if (access !== 'public' && request.user && !mayAct(request.user.role, access)) {
      throw new CafebootError('forbidden', { role: access });
    }
  });
  // The token may be a form's field, so this is looked at when the body has been read.
  app.addHook('preValidation', async (request) => {
    if (!isSafe(request)) refuseForged(request);
  });
}

/** Who calls a route that is not public. */
export function callerOf({ user }: FastifyRequest): Caller {
  if (!user) throw new CafebootError('not_logged_in');
  return user;
}

/**
 * Whether whoever sent a request may still do what needs `role`: a stream outlives logins, tokens and
 * roles. Always true on a socket where nobody is asked who they are.
 */
export function mayStill(request: FastifyRequest, role: Role, deps: CallerDeps): boolean {
  if (!request.server.hasRequestDecorator('user')) return true;
  const caller = findCaller(request, deps);
  return caller !== undefined && mayAct(caller.role, role);
}
