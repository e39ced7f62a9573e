/** Opens dialogs by `data-opens`, closes them by `data-closes` and when their form has been done. */
export function startDialogs() {
  document.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    const opener = target.closest('[data-opens]');
    if (opener) dialogOf(opener.getAttribute('data-opens') ?? '')?.showModal();
    if (target.closest('[data-closes]')) target.closest('dialog')?.close();
    // Beside its content: on the backdrop.
    if (target instanceof HTMLDialogElement) target.close();
  });
  document.body.addEventListener('htmx:afterRequest', (event) => {
    const { successful, elt } = /** @type {CustomEvent} */ (event).detail;
    if (!successful) return;
    for (const dialog of document.querySelectorAll('dialog[open]')) {
      if (elt.contains(dialog) || dialog.contains(elt)) {
        /** @type {HTMLDialogElement} */ (dialog).close();
      }
    }
  });
}

/** @param {string} id */
const dialogOf = (id) => /** @type {HTMLDialogElement | null} */ (document.getElementById(id));
