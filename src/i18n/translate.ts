import { createInstance } from 'i18next';
import type { CafebootError, ErrorContext } from '../errors.ts';
import en from './en.json' with { type: 'json' };
import { createWords } from './words.ts';
import zhCN from './zh-CN.json' with { type: 'json' };

export type Language = 'en' | 'zh-CN';

/** Texts for people in one language. */
export interface Translator {
  readonly language: Language;
  /** Any text by its section and key (`setting:rechain.label`), filled. */
  text(key: string, values?: Record<string, unknown>): string;
  has(key: string): boolean;
  error(error: Pick<CafebootError, 'code' | 'context'>): string;
  event(kind: string, data: Record<string, unknown>): string;
  /** What needs an administrator, and what to do about it. */
  attention(attention: Finding): { text: string; remedy: string };
  /** Where a boot ended, what that usually means, and what to do. */
  bootStop(stop: Finding): string;
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
  const fill = (key: string, values: Record<string, unknown> = {}) =>
    i18n.t(
      key,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? ''])),
    );
  const inWords = createWords(language, {
    has: (key) => i18n.exists(key),
    raw: (key) => i18n.t(key, { skipInterpolation: true }),
  });
  /** In words where there are any for it; else as it came. */
  function reasonOf(context: ErrorContext): string {
    const key = `reason:${context.reasonCode}`;
    if (!i18n.exists(key)) return String(context.reason ?? '');
    const reason = fill(key, context);
    return context.item === undefined ? reason : fill('reason:item', { ...context, reason });
  }
  const bootStop = ({ code, data }: Finding) => fill(`bootStop:${code}`, inWords(data)).trim();
  return {
    language,
    text: fill,
    has: (key) => i18n.exists(key),
    error: ({ code, context }) => {
      const kind = context.kind === undefined ? '' : i18n.t(`kind:${context.kind}`);
      return fill(`error:${code}`, { ...context, kind, reason: reasonOf(context) }).trim();
    },
    step: ({ kind, data }) => fill(`step:${kind}`, data).trim(),
    event: (kind, data) => fill(`event:${kind}`, inWords(data)).trim(),
    bootStop,
    attention({ code, data }) {
      // Why boots stop, and what to do, is told by the stop.
      const stop = data.stop === undefined ? '' : bootStop({ code: String(data.stop), data });
      const values = { ...inWords(data), stop };
      return {
        text: fill(`attention:${code}.text`, values).trim(),
        remedy: fill(`attention:${code}.remedy`, values).trim(),
      };
    },
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
