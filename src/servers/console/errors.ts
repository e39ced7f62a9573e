import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CafebootError } from '../../errors.ts';
import { isSafe } from '../../http/access.ts';
import { statusOf, toKnown } from '../../http/statuses.ts';
import type { ConsoleKit } from './kit.ts';

/** Names the field of the form that the toast's text is about. */
export const problemField = 'x-problem-field';

/** Failures as people see them: a toast where htmx asked, else a page; and whoever is nobody goes to log in. */
export function answerErrors(app: FastifyInstance, kit: ConsoleKit): void {
  app.setNotFoundHandler(async ({ url }) => {
    throw new CafebootError('not_found', { kind: 'path', name: url });
  });
  app.setErrorHandler((error, request, reply) => {
    const known = toKnown(error);
    const status = statusOf(known.code);
    if (status >= 500) request.log.error({ err: error }, 'page failed');
    const isHtmx = request.headers['hx-request'] === 'true';
    if (known.code === 'not_logged_in') return sendToLogin(request, reply, isHtmx);
    const text = kit.describe(request, known);
    if (isHtmx) {
      reply.code(status).header('hx-reswap', 'none');
      const field = fieldOf(known);
      if (field !== undefined) reply.header(problemField, field);
      return kit.toast(reply, 'danger', text).send('');
    }
    return kit.page(request, reply.code(status), 'error.njk', { status, text });
  });

  function sendToLogin(request: FastifyRequest, reply: FastifyReply, isHtmx: boolean) {
    const login = kit.services.users.isEmpty() ? '/first-run' : '/login';
    if (isHtmx) return reply.code(401).header('hx-redirect', login).send('');
    const wantsPage = isSafe(request) && (request.headers.accept ?? '').includes('text/html');
    if (!wantsPage) return reply.code(401).send('');
    const next = request.url === '/' ? '' : `?next=${encodeURIComponent(request.url)}`;
    return reply.redirect(`${login}${login === '/login' ? next : ''}`, 303);
  }
}

/** Which field of a form an error is about, where it says so. */
function fieldOf({ code, context: { field, path } }: CafebootError): string | undefined {
  if (code === 'password_weak') return 'password';
  // A column of the database is named with its table.
  const name = typeof field === 'string' ? field.replace(/^.*\./, '') : '';
  if (/^\w+$/.test(name)) return name;
  return path === undefined ? undefined : 'path';
}
