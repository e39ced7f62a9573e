/**
 * Opens dialogs by `data-opens`, closes them by `data-closes` and when their form has been done. What was typed
 * in a form with `data-clears` goes then: the next time is about somebody else.
 */
export function startDialogs() {
  /** Where the button of the mouse went down: a selection in a field may end on the backdrop. @type {EventTarget | null} */
  let pressed = null;
  document.addEventListener('pointerdown', ({ target }) => {
    pressed = target;
  });
  document.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    const opener = target.closest('[data-opens]');
    if (opener) dialogOf(opener.getAttribute('data-opens') ?? '')?.showModal();
    if (target.closest('[data-closes]')) target.closest('dialog')?.close();
    // Beside its content: on the backdrop.
    if (target instanceof HTMLDialogElement && pressed === target) target.close();
  });
  document.body.addEventListener('htmx:afterRequest', (event) => {
    const { successful, elt } = /** @type {CustomEvent} */ (event).detail;
    if (!successful) return;
    if (elt instanceof HTMLFormElement && elt.hasAttribute('data-clears')) elt.reset();
    for (const dialog of document.querySelectorAll('dialog[open]')) {
      if (elt.contains(dialog) || dialog.contains(elt)) {
        /** @type {HTMLDialogElement} */ (dialog).close();
      }
    }
  });
}

/** @param {string} id */
const dialogOf = (id) => /** @type {HTMLDialogElement | null} */ (document.getElementById(id));
