// What is done to a page before its scripts have come is done once they have. The browser itself would send a
// form with its fields in the address, and a switch would be saved by nobody.
(() => {
  /** @type {Map<EventTarget, () => void>} */
  const waiting = new Map();

  /** @param {Event} event */
  function hold(event) {
    const { target } = event;
    if (!(target instanceof HTMLElement) || !target.closest('[hx-post], [hx-get]')) return;
    event.preventDefault();
    const again = () =>
      target instanceof HTMLFormElement
        ? target.requestSubmit(/** @type {SubmitEvent} */ (event).submitter)
        : target.dispatchEvent(new Event('change', { bubbles: true }));
    waiting.set(target, again);
  }

  const types = ['submit', 'change'];
  for (const type of types) document.addEventListener(type, hold, true);
  document.addEventListener(
    'htmx:load',
    () => {
      for (const type of types) document.removeEventListener(type, hold, true);
      for (const again of waiting.values()) again();
    },
    { once: true },
  );
})();
