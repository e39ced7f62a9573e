/** Asks before a request with `hx-confirm`, in the page's own dialog. */
export function startConfirm() {
  const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById('confirm'));
  const text = document.getElementById('confirm-text');
  const go = document.getElementById('confirm-go');
  if (!dialog || !text || !go) return;

  document.body.addEventListener('htmx:confirm', (event) => {
    const { question, issueRequest } = /** @type {CustomEvent} */ (event).detail;
    if (!question) return;
    event.preventDefault();
    text.textContent = question;
    go.onclick = () => {
      dialog.close();
      issueRequest(true);
    };
    dialog.showModal();
  });
}
