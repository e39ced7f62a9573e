import type { FastifyReply } from 'fastify';
import { sessionCookie } from '../../http/caller.ts';

const optionsFor = (isSecure: boolean) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure }) as const;

/** As long as the server lets a session last; the server ends it earlier when nobody uses it. */
const maxAge = 30 * 24 * 3_600;

export const setSession = (reply: FastifyReply, token: string, isSecure: boolean): FastifyReply =>
  reply.setCookie(sessionCookie, token, { ...optionsFor(isSecure), maxAge });

export const clearSession = (reply: FastifyReply, isSecure: boolean): FastifyReply =>
  reply.clearCookie(sessionCookie, optionsFor(isSecure));
