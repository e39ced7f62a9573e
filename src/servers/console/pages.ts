import type { FastifyRequest } from 'fastify';
import { csrfTokenOf } from '../../http/csrf.ts';
import { createTranslator, type Language } from '../../i18n/translate.ts';
import { mayAct, type Role } from '../../service/users.ts';
import type { ConsoleKit } from './kit.ts';
import { languageFor, themeFor } from './preferences.ts';
import type { NavItem, Room } from './room.ts';
import type { Translate } from './texts.ts';
import type { RenderView } from './views.ts';

export interface PageDeps
  extends Pick<ConsoleKit, 'services' | 'live' | 'checkup' | 'describeApi' | 'now' | 'isSecure'> {
  rooms: readonly Room[];
  render: RenderView;
  texts: Record<Language, Translate>;
  version: string;
}

/** What all rooms' routes answer with. */
export function createKit({ rooms, render, texts, version, ...rest }: PageDeps): ConsoleKit {
  const translators = { en: createTranslator('en'), 'zh-CN': createTranslator('zh-CN') };
  const nav = rooms
    .flatMap(({ name, nav: item }) => (item ? [{ room: name, ...item }] : []))
    .sort((a, b) => a.order - b.order);

  /** Who asks for what, as every template may use it. */
  function contextOf(request: FastifyRequest) {
    const { user } = request;
    const may = (role: Role) => user !== undefined && mayAct(user.role, role);
    const [path = '/'] = request.url.split('?');
    return {
      user,
      may,
      csrf: user ? csrfTokenOf(user.session) : '',
      nav: nav
        .filter(({ access = 'viewer' }) => may(access))
        .map((item) => ({ ...item, isCurrent: isIn(path, item) })),
      path,
      url: request.url,
      runningTasks: rest.services.tasks.runningCount(),
      theme: themeFor(request),
      version,
    };
  }

  const renderFor: ConsoleKit['page'] = (request, reply, template, values = {}) =>
    reply
      .type('text/html; charset=utf-8')
      .send(render(languageFor(request), template, { ...contextOf(request), ...values }));

  return {
    ...rest,
    page: renderFor,
    fragment: renderFor,
    toast: (reply, level, text) => {
      // Headers are ASCII.
      const json = JSON.stringify({ toast: { level, text } }).replace(
        /[^ -~]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      return reply.header('hx-trigger', json);
    },
    languageOf: languageFor,
    translate: (request) => texts[languageFor(request)],
    translator: (request) => translators[languageFor(request)],
    describe: (request, error) => translators[languageFor(request)].error(error),
  };
}

const isAt = (path: string, href: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);

const isIn = (path: string, { href, also = [] }: NavItem): boolean =>
  [href, ...also].some((each) => isAt(path, each));
