import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CafebootError } from '../../errors.ts';
import type { Language, Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import type { Checkup } from './checkup.ts';
import type { LiveTopics } from './live.ts';
import type { Translate } from './texts.ts';

/** What a room's routes work with. */
export interface ConsoleKit {
  services: Services;
  live: LiveTopics;
  checkup: Checkup;
  /** The OpenAPI document of the REST API. */
  describeApi: () => object;
  now: () => number;
  /** Whether the console is reached by HTTPS: cookies are for it only, then. */
  isSecure: boolean;
  /** Sends a whole page: a template that extends `layout.njk` or `bare.njk`. */
  page(
    request: FastifyRequest,
    reply: FastifyReply,
    template: string,
    values?: Record<string, unknown>,
  ): FastifyReply;
  /** Sends a piece of a page, for htmx to put in its place. */
  fragment(
    request: FastifyRequest,
    reply: FastifyReply,
    template: string,
    values?: Record<string, unknown>,
  ): FastifyReply;
  /** A toast on the page that htmx sent this request from. */
  toast(reply: FastifyReply, level: ToastLevel, text: string): FastifyReply;
  languageOf(request: FastifyRequest): Language;
  translate(request: FastifyRequest): Translate;
  /** What use cases say, in the language of who asks. */
  translator(request: FastifyRequest): Translator;
  /** What went wrong, for people. */
  describe(request: FastifyRequest, error: CafebootError): string;
}

export type ToastLevel = 'success' | 'info' | 'warning' | 'danger';
