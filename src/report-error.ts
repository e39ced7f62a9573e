import { CafebootError } from './errors.ts';
import type { Translator } from './i18n/translate.ts';

/** Says on the terminal what went wrong and what to do; a fault of ours comes with its stack. */
export function reportError(program: string, error: unknown, translator: Translator): void {
  const known = error instanceof CafebootError && error.code !== 'internal';
  const text = known ? translator.error(error) : String(error instanceof Error && error.stack);
  process.stderr.write(`${program}: ${text}\n`);
  if (known && error.cause instanceof CafebootError) reportError(program, error.cause, translator);
}
