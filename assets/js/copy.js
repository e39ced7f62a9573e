// Puts a text into the clipboard: `data-copies` names the element that holds it.
document.addEventListener('click', async (event) => {
  const target = /** @type {Element} */ (event.target);
  const button = /** @type {HTMLElement | null} */ (target.closest('[data-copies]'));
  const source = document.getElementById(button?.dataset.copies ?? '');
  if (!button || !source) return;
  const range = document.createRange();
  range.selectNodeContents(source);
  getSelection()?.removeAllRanges();
  getSelection()?.addRange(range);
  // A page that came by HTTP has no clipboard; what is selected can be copied by hand.
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(source.textContent ?? '');
  button.textContent = button.dataset.copied ?? '';
});
