import { createInstance } from 'i18next';
import type { Language } from '../../i18n/translate.ts';

export const languages = ['en', 'zh-CN'] as const satisfies readonly Language[];
export type Texts = Record<Language, Record<string, string>>;

/** A text by `room:key`, filled with values. */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

/**
 * The console's texts, a namespace for each room. Throws for a key that is in none: a page never shows one.
 */
export function createTexts(rooms: Readonly<Record<string, Texts>>): Record<Language, Translate> {
  const translatorOf = (language: Language): Translate => {
    const i18n = createInstance();
    const namespaces = Object.entries(rooms).map(([room, texts]) => [room, texts[language]]);
    void i18n.init({
      lng: language,
      resources: { [language]: Object.fromEntries(namespaces) },
      defaultNS: 'common',
      keySeparator: false,
      nsSeparator: ':',
      initAsync: false,
      // Templates escape.
      interpolation: { escapeValue: false, skipOnVariables: true },
      missingInterpolationHandler: () => '',
    });
    return (key, values = {}) => {
      if (!i18n.exists(key, values)) throw new Error(`no text ${key} in ${language}`);
      return i18n.t(key, values);
    };
  };
  return { en: translatorOf('en'), 'zh-CN': translatorOf('zh-CN') };
}

/** From an `Accept-Language` header: Chinese where it comes before English. */
export function languageOf(header: string): Language {
  const wanted = header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters.map((text) => /q=([\d.]+)/.exec(text)?.[1]).find(Boolean);
      return { tag, weight: Number(weight ?? 1) };
    })
    .sort((a, b) => b.weight - a.weight)
    .find(({ tag }) => tag.startsWith('zh') || tag.startsWith('en'));
  return wanted?.tag.startsWith('zh') ? 'zh-CN' : 'en';
}
