import type { FastifyInstance, FastifyReply } from 'fastify';

/** Only what we serve ourselves, no script or style in a page, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders: Record<string, string> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** By plain HTTP a browser ignores it, and complains on every page. */
const secureHeaders = { 'cross-origin-opener-policy': 'same-origin' };

/** On every answer; what depends on who asks is stored by nobody, unless the route says otherwise. */
export function addSecurityHeaders(app: FastifyInstance, isSecure: boolean): void {
  const headers = { ...securityHeaders, ...(isSecure && secureHeaders) };
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers).header('cache-control', 'no-store');
  });
}

/** The same for an answer that is written past Fastify, as a stream of events. */
export const rawHeaders = (reply: FastifyReply) => reply.getHeaders();
