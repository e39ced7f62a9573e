import type { Resources } from '../../resources.ts';
import { iconPath } from './browser-files.ts';

/** Names in `icon('power')` and in `icon='power'`. */
const named = /\bicon(?:\(|=)'([a-z0-9-]+)'/g;

/** The icons that templates name. */
export const findIconNames = (templates: readonly string[]): string[] => [
  ...new Set(templates.flatMap((text) => [...text.matchAll(named)].map(([, name = '']) => name))),
];

/** One file with these icons as symbols, for `<use href="…#name">`. Throws where one does not exist. */
export function makeSprite(names: readonly string[], resources: Resources): Buffer {
  const symbols = [...new Set(names)].sort().map((name) => {
    const svg = resources.read(iconPath(name)).toString();
    const shapes = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, '')}</symbol>`;
  });
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`);
}
