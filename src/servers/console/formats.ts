import { createSizeFormat } from '../../i18n/sizes.ts';
import type { Language } from '../../i18n/translate.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** How numbers and times are written in a language. Times are epoch milliseconds; null and undefined are written as nothing. */
export function createFormats(language: Language, now: () => number) {
  const number = new Intl.NumberFormat(language);
  const bytes = createSizeFormat(language);
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const seconds = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'narrow',
    maximumFractionDigits: 1,
  });
  const duration = new Intl.DurationFormat(language, { style: 'narrow' });

  const orNothing =
    (format: (value: number) => string) =>
    (value: number | null | undefined): string =>
      value === null || value === undefined ? '' : format(value);

  /** The two greatest of its units. */
  function durationOf(valueMs: number): string {
    if (valueMs < minuteMs) return duration.format({ seconds: Math.round(valueMs / secondMs) });
    const minutes = Math.floor(valueMs / minuteMs);
    const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24];
    if (days > 0) return duration.format({ days, hours });
    return duration.format(hours > 0 ? { hours, minutes: minutes % 60 } : { minutes });
  }

  function ago(at: number): string {
    const elapsedMs = at - now();
    const magnitude = Math.abs(elapsedMs);
    if (magnitude < minuteMs) return relative.format(Math.round(elapsedMs / secondMs), 'second');
    if (magnitude < hourMs) return relative.format(Math.round(elapsedMs / minuteMs), 'minute');
    if (magnitude < dayMs) return relative.format(Math.round(elapsedMs / hourMs), 'hour');
    return relative.format(Math.round(elapsedMs / dayMs), 'day');
  }

  return {
    number: orNothing((value) => number.format(value)),
    bytes: orNothing(bytes),
    /** Of bytes a second. */
    rate: orNothing((value) => `${bytes(value)}/s`),
    duration: orNothing(durationOf),
    /** As `duration`, with tenths of a second. */
    seconds: orNothing((valueMs) =>
      valueMs < minuteMs ? seconds.format(valueMs / secondMs) : durationOf(valueMs),
    ),
    /** How long ago something began. */
    elapsed: orNothing((at) => durationOf(Math.max(0, now() - at))),
    ago: orNothing(ago),
    date: orNothing((at) => dateTime.format(at)),
  };
}
