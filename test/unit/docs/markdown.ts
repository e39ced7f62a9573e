import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's root, which the paths of documents are relative to. */
export const root = join(import.meta.dirname, '../../..');

/** What is written for people: paths of the READMEs and of all in docs/. */
export const documents: readonly string[] = [
  ...readdirSync(root).filter((name) => /^README.*\.md$/.test(name)),
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

export const readDocument = (path: string): string => readFileSync(join(root, path), 'utf8');

const fence = /^( *)```.*\n([\s\S]*?)^\1```$/gm;
const span = /`([^`]+)`/g;

/** A document's code: each line of its blocks, and each piece within a line, which may be wrapped. */
export function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(fence)].flatMap(([, , block = '']) => block.split('\n'));
  const pieces = [...text.replace(fence, '').matchAll(span)].map(([, piece = '']) =>
    piece.replace(/\s+/g, ' '),
  );
  return [...blocks, ...pieces];
}

/** Where its links and images lead that are not on other machines: `docs/a.md#b`, `#c`, `d.png`. */
export function localLinksOf(text: string): string[] {
  const links = [...text.replace(fence, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
  return links.filter((to) => !/^[a-z]+:/.test(to));
}

/** What `#...` may name in a document: its headings, as GitHub writes them. */
export function anchorsOf(text: string): string[] {
  const headings = [...text.replace(fence, '').matchAll(/^#+ (.+)$/gm)].map(
    ([, title = '']) => title,
  );
  return headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
