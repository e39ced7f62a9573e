import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { beforeLogin } from '../../http/access.ts';
import { csrfField } from '../../http/csrf.ts';
import { typed } from '../../http/typed.ts';
import type { Language } from '../../i18n/translate.ts';
import { languageOf, languages } from './texts.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const cookies = { language: 'cafeboot_language', theme: 'cafeboot_theme' };
const yearSeconds = 31_536_000;

/** As chosen, else as the browser asks for. */
export function languageFor({ cookies: sent, headers }: FastifyRequest): Language {
  const chosen = languages.find((language) => language === sent[cookies.language]);
  return chosen ?? languageOf(headers['accept-language'] ?? '');
}

export const themeFor = ({ cookies: sent }: FastifyRequest): Theme =>
  themes.find((theme) => theme === sent[cookies.theme]) ?? 'auto';

/**
 * A path of ours and nothing else, so that no link of somebody else's leads away from here. Read as browsers
 * do, to whom `/\t/elsewhere.example` is another server, and `/.//elsewhere.example` a path that begins like one.
 */
export function ownPath(path = '/'): string {
  const here = 'http://here.invalid';
  if (!path.startsWith('/') || !URL.canParse(path, here)) return '/';
  const { origin, pathname, search, hash } = new URL(path, here);
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/';
}

const choice = Type.Object({
  language: Type.Optional(Type.Enum([...languages])),
  theme: Type.Optional(Type.Enum([...themes])),
  back: Type.Optional(Type.String({ maxLength: 2_000 })),
  [csrfField]: Type.Optional(Type.String()),
});

/** Language and theme are the browser's, not the user's: a wall screen and a phone want different ones. */
export function addPreferenceRoutes(app: FastifyInstance, isSecure: boolean): void {
  const keep = (reply: FastifyReply, name: string, value: string | undefined) => {
    if (value === undefined) return;
    const options = { path: '/', sameSite: 'lax', httpOnly: true, secure: isSecure } as const;
    reply.setCookie(name, value, { ...options, maxAge: yearSeconds });
  };
  typed(app).post(
    '/preferences',
    { ...beforeLogin, schema: { body: choice } },
    async ({ body }, reply) => {
      keep(reply, cookies.language, body.language);
      keep(reply, cookies.theme, body.theme);
      return reply.redirect(ownPath(body.back), 303);
    },
  );
}
