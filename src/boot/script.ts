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

export type RenderScript = (name: ScriptName, values: Record<string, unknown>) => string;

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
 * A renderer over the given template texts, compiled once. It has an environment of its own: no HTML
 * escaping, no file access, and a value that is missing is an error. Templates print every value
 * through the filter `word` or `text`.
 */
export function createScriptRenderer(templates: Record<ScriptName, string>): RenderScript {
  const environment = new nunjucks.Environment(null, {
    autoescape: false,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  environment.addFilter('word', toWord);
  environment.addFilter('text', toScreenText);
  const compiled = new Map(
    scriptNames.map((name) => [name, nunjucks.compile(templates[name], environment)]),
  );
  return (name, values) => compiled.get(name)?.render(values) ?? '';
}
