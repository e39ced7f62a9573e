const shownMs = 6_000;

/**
 * A note in the corner that goes by itself, or when it is clicked.
 * @param {{ level: string, text: string }} toast level: success, info, warning, danger
 */
export function showToast({ level, text }) {
  const toast = document.createElement('button');
  toast.type = 'button';
  toast.className = `note note-${level}`;
  toast.textContent = text;
  toast.addEventListener('click', () => toast.remove());
  document.getElementById('toasts')?.append(toast);
  // What went wrong stays twice as long: it has more to read.
  setTimeout(() => toast.remove(), level === 'danger' ? shownMs * 2 : shownMs);
}

/** Shows what an answer's HX-Trigger header says. */
export function startToasts() {
  document.body.addEventListener('toast', (event) => {
    showToast(/** @type {CustomEvent} */ (event).detail);
  });
}
