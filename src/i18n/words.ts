import { createSizeFormat } from './sizes.ts';

/** A language's texts by section and key. */
export interface Lookup {
  has(key: string): boolean;
  /** The text as it stands, with its placeholders. */
  raw(key: string): string;
}

/**
 * What events are told with, in words: `outcome: 'timed-out'` by the text `word:outcome.timed-out`, the
 * code of an error by its text where that is whole without its context, and sizes (`…Bytes`) with a unit.
 * Everything else stays as it came; what PCs send has no text, so it names none.
 */
export function createWords(language: string, { has, raw }: Lookup) {
  const toSize = createSizeFormat(language);
  function toWord(name: string, value: unknown): unknown {
    if (typeof value === 'number') return name.endsWith('Bytes') ? toSize(value) : value;
    if (typeof value !== 'string') return value;
    const word = `word:${name}.${value}`;
    if (has(word)) return raw(word);
    const error = `error:${value}`;
    if (name !== 'code' || !has(error)) return value;
    const text = raw(error);
    return text.includes('{{') ? value : text.replace(/[.。]$/, '');
  }
  return (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toWord(name, value)]));
}
