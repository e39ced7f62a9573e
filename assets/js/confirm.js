/** @type {any} */
const { htmx } = window;

/** @param {Element} element */
const valuesOf = (element) =>
  element instanceof HTMLFormElement ? Object.fromEntries(new FormData(element)) : {};

/** Asks before a request with `hx-confirm`, in the page's own dialog. */
export function startConfirm() {
  const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById('confirm'));
  const text = document.getElementById('confirm-text');
  const go = document.getElementById('confirm-go');
  if (!dialog || !text || !go) return;

  document.body.addEventListener('htmx:confirm', (event) => {
    const { question, issueRequest, elt, verb, path } = /** @type {CustomEvent} */ (event).detail;
    if (!question) return;
    event.preventDefault();
    text.textContent = question;
    go.onclick = () => {
      dialog.close();
      if (elt.isConnected) issueRequest(true);
      // What was pressed was made anew while this was read.
      else htmx.ajax(verb, path, { source: document.body, swap: 'none', values: valuesOf(elt) });
    };
    dialog.showModal();
  });
}
