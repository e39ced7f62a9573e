import { isSlug } from '../fields.ts';

/**
 * Names of images and entries by those of before: the same where they can be part of an IQN, else
 * `os-3`, by their place. Two never become one.
 */
export function renameAll(names: readonly string[], prefix: string): Map<string, string> {
  const renamed = new Map<string, string>();
  const taken = new Set(names.filter(isSlug));
  for (const [index, name] of names.entries()) {
    if (renamed.has(name)) continue;
    let next = isSlug(name) ? name : `${prefix}-${index + 1}`;
    while (next !== name && taken.has(next)) next = `${next}x`;
    taken.add(next);
    renamed.set(name, next);
  }
  return renamed;
}
