// Times that pass: `data-elapsed` and `data-ago` hold epoch milliseconds.
const language = document.documentElement.lang;
const durations = new Intl.DurationFormat(language, { style: 'narrow' });
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });

/** As src/servers/console/formats.ts writes it. @param {number} elapsedMs */
export function formatDuration(elapsedMs) {
  const seconds = Math.max(0, Math.round(elapsedMs / 1_000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return durations.format({ seconds });
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24];
  if (days > 0) return durations.format({ days, hours });
  return durations.format(hours > 0 ? { hours, minutes: minutes % 60 } : { minutes });
}

/** @param {number} elapsedMs */
function formatAgo(elapsedMs) {
  const minutes = Math.round(elapsedMs / 60_000);
  if (minutes < 1) return relative.format(-Math.round(elapsedMs / 1_000), 'second');
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 1_440) return relative.format(-Math.round(minutes / 60), 'hour');
  return relative.format(-Math.round(minutes / 1_440), 'day');
}

function update() {
  const now = Date.now();
  for (const [name, format] of [
    ['elapsed', formatDuration],
    ['ago', formatAgo],
  ]) {
    for (const element of document.querySelectorAll(`time[data-${name}]`)) {
      const at = Number(/** @type {HTMLElement} */ (element).dataset[/** @type {string} */ (name)]);
      const text = /** @type {(ms: number) => string} */ (format)(now - at);
      if (element.textContent !== text) element.textContent = text;
    }
  }
}

/** Keeps the page's times true; a page in the background does not. */
export function startTimes() {
  setInterval(() => {
    if (!document.hidden) update();
  }, 10_000);
  document.addEventListener('visibilitychange', update);
}
