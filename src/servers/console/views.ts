import nunjucks from 'nunjucks';
import { createTranslator, type Language } from '../../i18n/translate.ts';
import type { Resources } from '../../resources.ts';
import type { Assets } from './assets.ts';
import { createFormats } from './formats.ts';
import { languages, type Translate } from './texts.ts';

export interface ViewDeps {
  resources: Resources;
  assets: Assets;
  /** Those that the sprite has. */
  icons: ReadonlySet<string>;
  texts: Record<Language, Translate>;
  now: () => number;
}

/** Fills a template of `templates/console`. Values are escaped. */
export type RenderView = (
  language: Language,
  template: string,
  values: Record<string, unknown>,
) => string;

const folder = 'templates/console';

/** The sources of all console templates. */
export const readTemplates = (resources: Resources): string[] =>
  resources.list(folder).map((path) => resources.read(path).toString());

/**
 * Templates of the console, in an environment per language with its texts (`t`), those of what use cases say
 * (`tell.event(kind, data)`, `tell.attention(item)`), formats (as filters) and the URLs of files (`asset`).
 */
export function createViews({ resources, assets, icons, texts, now }: ViewDeps): RenderView {
  // Each environment keeps what it compiled in its loader.
  const loaderOf = () => ({
    getSource: (name: string) => ({
      src: resources.read(`${folder}/${name}`).toString(),
      path: name,
      noCache: false,
    }),
  });
  const iconUrl = (name: string): string => {
    if (!icons.has(name)) throw new Error(`no icon ${name}: name it as icon('…') or icon='…'`);
    return `${assets.url('icons.svg')}#${name}`;
  };
  const environmentOf = (language: Language) => {
    const environment = new nunjucks.Environment(loaderOf(), {
      autoescape: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    environment.addGlobal('t', texts[language]);
    environment.addGlobal('tell', createTranslator(language));
    environment.addGlobal('language', language);
    environment.addGlobal('asset', assets.url);
    environment.addGlobal('iconUrl', iconUrl);
    for (const [name, format] of Object.entries(createFormats(language, now))) {
      environment.addFilter(name, format as (...values: never[]) => string);
    }
    return environment;
  };
  const environments = Object.fromEntries(
    languages.map((language) => [language, environmentOf(language)]),
  ) as Record<Language, nunjucks.Environment>;
  return (language, template, values) => environments[language].render(template, values);
}
