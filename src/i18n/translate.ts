import { createInstance } from 'i18next';
import type { CafebootError } from '../errors.ts';
import en from './en.json' with { type: 'json' };
import zhCN from './zh-CN.json' with { type: 'json' };

export type Language = 'en' | 'zh-CN';

/** Texts for people in one language. */
export interface Translator {
  readonly language: Language;
  error(error: Pick<CafebootError, 'code' | 'context'>): string;
  event(kind: string, data: Record<string, unknown>): string;
  /** What the doctor found, and what to do about it; empty where nothing is to be done. */
  finding(finding: Finding): { text: string; remedy: string };
  /** What is done to this machine, or told about it, by `cafeboot install` and its like. */
  step(step: { kind: string; data: Record<string, unknown> }): string;
}

interface Finding {
  code: string;
  data: Record<string, unknown>;
}

/** Keys hold dots (`event.boot.dhcp`), so kinds are looked up whole. */
export function createTranslator(language: Language): Translator {
  const i18n = createInstance();
  void i18n.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en, 'zh-CN': zhCN },
    defaultNS: 'error',
    keySeparator: false,
    nsSeparator: ':',
    initAsync: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
    // A text may name a value that this occurrence does not have.
    missingInterpolationHandler: () => '',
    parseMissingKeyHandler: (key) => key,
  });
  const fill = (key: string, values: Record<string, unknown>) =>
    i18n.t(
      key,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? ''])),
    );
  return {
    language,
    error: ({ code, context }) => {
      const kind = context.kind === undefined ? '' : i18n.t(`kind:${context.kind}`);
      return fill(`error:${code}`, { ...context, kind }).trim();
    },
    step: ({ kind, data }) => fill(`step:${kind}`, data).trim(),
    event: (kind, data) => fill(`event:${kind}`, data).trim(),
    finding: ({ code, data }) => ({
      text: fill(`finding:${code}`, data).trim(),
      remedy: i18n.exists(`remedy:${code}`) ? fill(`remedy:${code}`, data).trim() : '',
    }),
  };
}

/** From `LC_ALL`, `LC_MESSAGES`, `LANG` in that order: Chinese where the first one set says so. */
export function findLanguage(environment: Record<string, string | undefined>): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return locale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
