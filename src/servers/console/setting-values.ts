import type { SettingRow } from './setting-view.ts';

/** What a form sends: text by field name, or texts where a name is there more than once. */
export type FormValues = Record<string, string | string[] | undefined>;

/**
 * The value that a setting's form holds. A text that is no number stays one, so that what checks the
 * setting says what is wrong with it.
 */
export function readSettingValue({ key, type }: SettingRow, form: FormValues): unknown {
  const given = form[key];
  const text = typeof given === 'string' ? given.trim() : '';
  switch (type) {
    case 'boolean':
      return given !== undefined;
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'texts':
      return [given ?? []].flat();
    default:
      return text;
  }
}

/** Texts that stand in one field, apart by spaces, commas or lines. */
export const splitTexts = (text: string | undefined): string[] =>
  (text ?? '').split(/[\s,，、;；]+/).filter((each) => each !== '');
