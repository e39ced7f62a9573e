import type { FastifyRequest } from 'fastify';
import type { ApiTokens } from '../service/api-tokens.ts';
import type { Sessions } from '../service/sessions.ts';
import type { Role, User } from '../service/users.ts';

/** Who sent a request, and how that is known. */
export interface Caller {
  id: number;
  name: string;
  role: Role;
  by: 'session' | 'token';
  /** The cookie's secret, of a session. */
  session: string;
}

export interface CallerDeps {
  logins: Pick<Sessions, 'find'>;
  apiTokens: Pick<ApiTokens, 'find'>;
}

export const sessionCookie = 'cafeboot_session';

/** From the `Authorization` header, else from the session's cookie. A token that is none is nobody. */
export function findCaller(
  request: FastifyRequest,
  { logins, apiTokens }: CallerDeps,
): Caller | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    return toCaller(token === undefined ? undefined : apiTokens.find(token), 'token', '');
  }
  const session = request.cookies[sessionCookie];
  return session ? toCaller(logins.find(session), 'session', session) : undefined;
}

function toCaller(user: User | undefined, by: Caller['by'], session: string): Caller | undefined {
  return user && { id: user.id, name: user.name, role: user.role, by, session };
}
