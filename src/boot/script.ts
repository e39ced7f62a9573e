import nunjucks from 'nunjucks';
import { CafebootError } from '../errors.ts';

/** The scripts we write, each from `templates/ipxe/<name>.njk`. */
export const scriptNames = [
  'boot',
  'autoexec',
  'config',
  'menu',
  'entry',
  'capture',
  'unknown',
  'adopted',
  'local',
  'failed',
] as const;
export type ScriptName = (typeof scriptNames)[number];

/** Pieces that several scripts include. */
export const partNames = ['login', 'hook', 'tool-end'] as const;
export type PartName = (typeof partNames)[number];

/** The text of each. */
export type ScriptTemplates = Record<ScriptName | PartName, string>;

export type RenderScript = (name: ScriptName, values: Record<string, unknown>) => string;

/** The same for a template that somebody else brought: a tool's. */
export type RenderTemplate = (template: string, values: Record<string, unknown>) => string;

/** Characters that iPXE takes as they are, in any position of a command line. */
const word = /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/;

/**
 * A value that is one iPXE word: a name, address, number, URL or IQN. Throws `unsafe_script_value`
 * rather than quote: iPXE has no quoting that holds for `${`, and a value that needs it is a bug.
 */
export function toWord(value: unknown): string {
  const text = String(value);
  if (!word.test(text)) throw new CafebootError('unsafe_script_value', { value: text });
  return text;
}

/** A URL whose path may have had any letters; as `toWord` otherwise. */
export function toUrlWord(value: unknown): string {
  const text = encodeURI(String(value));
  if (/^http:\/\/[A-Za-z0-9._:/@%~+!()*,-]+$/.test(text)) return text;
  throw new CafebootError('unsafe_script_value', { value: text });
}

/** Words for a kernel's command line, or none. */
export function toWords(value: unknown): string {
  const text = String(value);
  if (/^[A-Za-z0-9=,._:/@ -]*$/.test(text)) return text;
  throw new CafebootError('unsafe_script_value', { value: text });
}

/**
 * Text for the PC's screen: iPXE's console has no other letters than printable ASCII, and `$`, quotes,
 * backslash, `|`, `&`, `;` and `#` mean something in a script; each of these becomes `?`.
 */
export function toScreenText(value: unknown): string {
  return String(value)
    .replace(/[^\x20-\x7e]|[$"'\\|&;#`]/g, '?')
    .slice(0, 70);
}

/**
 * An environment of its own: no HTML escaping, no files but the parts that scripts include, and a value
 * that is missing is an error. Templates print every value through the filter `word`, `words`, `url` or `text`.
 */
function createEnvironment(templates: ScriptTemplates): nunjucks.Environment {
  const parts: nunjucks.ILoader = {
    getSource(name) {
      const part = partNames.find((known) => known === name);
      return { src: part ? templates[part] : '', path: name, noCache: false };
    },
  };
  const environment = new nunjucks.Environment(parts, {
    autoescape: false,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  environment.addFilter('word', toWord);
  environment.addFilter('url', toUrlWord);
  environment.addFilter('words', toWords);
  environment.addFilter('text', toScreenText);
  return environment;
}

/** A renderer over the given template texts, compiled once. */
export function createScriptRenderer(templates: ScriptTemplates): RenderScript {
  const environment = createEnvironment(templates);
  const compiled = new Map(
    scriptNames.map((name) => [name, nunjucks.compile(templates[name], environment)]),
  );
  return (name, values) => compiled.get(name)?.render(values) ?? '';
}

/** Renders templates that are not known beforehand, with the same parts. */
export function createTemplateRenderer(templates: ScriptTemplates): RenderTemplate {
  const environment = createEnvironment(templates);
  return (template, values) => nunjucks.compile(template, environment).render(values);
}
