import type { FastifyInstance } from 'fastify';
import { statusOf, toKnown } from '../../http/statuses.ts';
import type { Translator } from '../../i18n/translate.ts';

/** Answers every failure as problem+json (RFC 9457) with our code, its context, and the text for people. */
export function answerProblems(app: FastifyInstance, translator: Translator): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toKnown(error);
    const status = statusOf(problem.code);
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
