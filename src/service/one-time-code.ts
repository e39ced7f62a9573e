import { randomInt } from 'node:crypto';
import { CafebootError } from '../errors.ts';

export interface OneTimeCodeDeps {
  now: () => number;
  /** Told each new code, for the log. */
  onNew: (code: string, expiresAt: number) => void;
  /** A whole number below `limit`; default: of the system's secure source. */
  random?: (limit: number) => number;
}

export type OneTimeCode = ReturnType<typeof createOneTimeCode>;

/** Long enough to walk from the server to a PC at the hall's other end, and to do a row of them. */
const validMs = 15 * 60_000;
/** Wrong codes that one source may give while one code is valid. */
const triesPerSource = 5;
/** And all together: so many at once, and another so often. Staff wait seconds once the guessing ends. */
const triesInAll = 100;
const anotherTryMs = 3_000;
const digits = 8;

/**
 * A code that shows whoever gives it to be the administrator's staff: it is read in the server's log or
 * by `cafeboot code`, and typed on a PC's screen or in the console's first-run page. There is another
 * one every 15 minutes, made when somebody asks; guessing is limited per source and in all, and never ends
 * the code that staff are typing.
 */
export function createOneTimeCode({ now, onNew, random = randomInt }: OneTimeCodeDeps) {
  let current = { code: '', expiresAt: 0 };
  let wrongBySource = new Map<string, number>();
  let wrong = 0;
  let wrongAt = 0;

  function renew(): void {
    const code = String(random(10 ** digits)).padStart(digits, '0');
    current = { code, expiresAt: now() + validMs };
    wrongBySource = new Map();
    onNew(code, current.expiresAt);
  }

  function get(): { code: string; expiresAt: number } {
    if (now() >= current.expiresAt) renew();
    return current;
  }

  /** Wrong codes of all sources, but for those that time has made good. */
  function wrongInAll(): number {
    return Math.max(0, wrong - (now() - wrongAt) / anotherTryMs);
  }

  function check(given: string, source: string): void {
    const { code } = get();
    const before = wrongBySource.get(source) ?? 0;
    if (before >= triesPerSource) throw new CafebootError('too_many_tries', { source });
    if (wrongInAll() > triesInAll - 1) throw new CafebootError('busy');
    if (given.trim() === code) return;
    wrongBySource.set(source, before + 1);
    wrong = wrongInAll() + 1;
    wrongAt = now();
    throw new CafebootError('wrong_code', { source });
  }

  return {
    /** The code that is valid now, and until when (epoch ms). */
    get,

    /** Throws `wrong_code`; `too_many_tries` for a source that has guessed too often; `busy` while many guess. */
    check,

    /** As `check`; a right code is used up, and nobody can give it again. */
    use(given: string, source: string): void {
      check(given, source);
      renew();
    },
  };
}
