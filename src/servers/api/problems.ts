import type { FastifyInstance } from 'fastify';
import { CafebootError, type ErrorCode } from '../../errors.ts';
import type { Translator } from '../../i18n/translate.ts';

/** Codes whose HTTP status is not 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  not_found: 404,
  no_entry: 404,
  already_exists: 409,
  in_use: 409,
  data_dir_in_use: 409,
  draft_in_use: 409,
  version_in_use: 409,
  needs_super: 409,
  image_not_ready: 409,
  wrong_address: 403,
  wrong_code: 403,
  too_many_tries: 429,
  no_number_left: 409,
  no_space: 507,
  destination_full: 507,
  pool_nearly_full: 507,
  storage_unavailable: 503,
  target_unavailable: 503,
  agent_unreachable: 503,
  agent_timeout: 504,
  agent_failed: 502,
  smyoo_unreachable: 502,
  smyoo_login_refused: 502,
  smyoo_refused: 502,
  internal: 500,
  command_failed: 500,
  command_missing: 500,
  command_timeout: 500,
};

/** Answers every failure as problem+json (RFC 9457) with our code, its context, and the text for people. */
export function answerProblems(app: FastifyInstance, translator: Translator): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toKnown(error);
    const status = statuses[problem.code] ?? 400;
    if (status >= 500) request.log.error({ err: error }, 'request failed');
    return reply
      .code(status)
      .type('application/problem+json')
      .send({
        type: `urn:cafeboot:error:${problem.code}`,
        title: problem.code,
        status,
        detail: translator.error(problem),
        code: problem.code,
        context: problem.context,
      });
  });
}

/** Fastify's own errors (bad JSON, failed validation, body too large) say what is wrong in words. */
function toKnown(error: unknown): CafebootError {
  if (error instanceof CafebootError) return error;
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500) {
    return new CafebootError('bad_request', { reason: message }, { cause: error });
  }
  return new CafebootError('internal', {}, { cause: error });
}
