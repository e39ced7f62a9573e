import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CafebootError } from '../errors.ts';

export const csrfHeader = 'x-csrf-token';
export const csrfField = '_csrf';

/** What a page of this session shows to be ours: another site can read neither the cookie nor our pages. */
export const csrfTokenOf = (session: string): string =>
  createHash('sha256').update(`csrf ${session}`).digest('base64url');

/**
 * Throws `request_forged` where another site had a browser send this. A caller with an API token is no
 * browser. A form from before a login has no token, also where its browser does have a session: a link
 * from elsewhere is followed without the cookie. It is told by its origin alone.
 */
export function refuseForged(request: FastifyRequest): void {
  if (request.user?.by === 'token') return;
  if (!isOwnOrigin(request)) throw new CafebootError('request_forged');
  if (!request.user || request.routeOptions.config.isBeforeLogin) return;
  const given = request.headers[csrfHeader] ?? fieldOf(request.body);
  if (typeof given !== 'string' || !isEqual(given, csrfTokenOf(request.user.session))) {
    throw new CafebootError('request_forged');
  }
}

const fieldOf = (body: unknown): unknown =>
  body !== null && typeof body === 'object' && csrfField in body ? body[csrfField] : undefined;

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Browsers name the page's origin; what is no browser may leave it out. */
function isOwnOrigin({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
