import { LiveSource } from './live-source.js';

/** @type {any} */
const { htmx } = window;

/**
 * What changes by itself: the server sends elements anew, each of which takes the place of the one with its
 * id. A hall that is switched on is hundreds at once; htmx's own swap takes milliseconds for each.
 */
export function startLive() {
  htmx.createEventSource = (/** @type {string} */ url) => new LiveSource(url);
  document.body.addEventListener('htmx:sseBeforeMessage', (event) => {
    const { target, detail } = /** @type {CustomEvent} */ (event);
    if (!(target instanceof HTMLElement) || !target.hasAttribute('data-live')) return;
    event.preventDefault();
    replaceAll(/** @type {MessageEvent} */ (detail).data);
    htmx.trigger(target, 'htmx:sseMessage', {});
  });
  startLiveState();
}

/** @param {string} html */
function replaceAll(html) {
  const focused = document.activeElement?.id;
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const made of [...template.content.children]) {
    const shown = document.getElementById(made.id);
    if (!shown) continue;
    made.removeAttribute('hx-swap-oob');
    shown.replaceWith(made);
    if (made.matches(sending) || made.querySelector(sending)) htmx.process(made);
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

/** Elements that htmx has to know. */
const sending = '[hx-get], [hx-post], [hx-trigger]';

/** Says so while a page is not live: the stream ended, and is being opened again. */
function startLiveState() {
  const note = document.getElementById('live-lost');
  if (!note) return;
  document.body.addEventListener('htmx:sseError', () => {
    note.hidden = false;
  });
  document.body.addEventListener('htmx:sseOpen', () => {
    note.hidden = true;
  });
}
